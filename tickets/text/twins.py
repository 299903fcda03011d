"""Twins: letters of other scripts, and signs, that a reader takes for Latin letters."""

_CAPITALS = dict(zip("АВЕЅІЈКМНОРСТУХԀԚԜӒΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "abesijkmhopctyxdqwaabezhikmnoptyx", strict=True))
_SMALL = dict(zip("авеѕіјкмнорстухԁԛԝӏһүαβεικνορτυχγωɑɡıɩʏ", "abesijkmhopctyxdqwlhyabeikvoptuxywagiiy", strict=True))
_SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡᴢ", "abcdeghijklmnoprstuvwz", strict=True))
TWINS = _CAPITALS | _SMALL | _SMALL_CAPITALS | dict.fromkeys("ӨөɵΘθ∅⌀", "ø") | dict.fromkeys("Ӕӕᴁ", "æ")
