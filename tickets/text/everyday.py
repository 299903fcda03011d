"""Everyday words: short ones of which initials, names and halves of names may be made by accident. All are folded."""

_WORDS = """
    ad af al alle alt an and anden andre ane any are as at bag bare be bed ben ble bra brug bud but by byg can
    da dag de del dem den denne der deres det dets dette did dig din dine dit do does dog du dyb dyr eb ed eet
    eg ej ejer ek el eller em en end ene enhver er es et ett ev faa faar fem fik fin fit flad flere flest for
    fordi fra fri frit fuld fx gaa gaar gang gav ge get gik giv give giver gjort glad go god godt goer goere gor
    got ha had hal ham han hans har has have haver he hed hej hel helt hen hende her hid him hin his hos how hun
    hus hvem hver hvis hvor i id ide if ikke in ind ingen is it its ivaerk ja jeg jer jeres jo kald kam kan ked
    ki kom kop kort kun kunne kvik lad lang le led let lig lige lov lu lyd lys maa maal maatte mad man mand
    mange mase may me med meget mel mellem men mens mere mest mig min mindre mine mit mod mon mor mos mulig my
    naa naar ned nej nem new ni no nod nok nord not nu ny nye nyt ob oel oem oen oep oere oest oev of off og
    ogsaa om on one op or ord os ost our out over own paa pas pr pres prik raad raske re ren ret ro rod rum sa
    saa saadan saar sad sag sagde sal sam samt sat say se seks sel selv sen ser she sig sige sin sine sit skal
    sker ski sku skulle sky slet smaa sne so som staa staar stat stor sus svar syd syn syv ta tag tal the them
    they this ti tid til tilbage tim to tom too tre tro tur two ty ud uden uge under ung up us use vaere vaeret
    var ved vej vel ven vest vi vil ville vis viser vor vore vores was we were what who why will with yde yes
    you your
"""
_ABBREVIATIONS = """
    ab ac adhd aes ag ahm ai ak akt am amo amr ams amu ang api app aps arb arc art asa atp atr aub av avr aws ba
    bal bbr bc bcc bek bfe bi bil bim bit bkg bl bm bmi bnbo bo boks bor br bs bt bum byo bz ca cbs cc cd cds
    ceo cet cfo ch chr ci cis ciso cm cms co cpr cpu crm css cst csv ct cto cv cvi cvr dam dar db dbf dbl dbs dc
    dd dda ddv dfd dgi dhs di dis dj djoef dk dkim dkk dl dm dma dmarc dmi dn dns doc dof dok dp dpa dpia dpo dr
    dsb dsk dsl dst dt dtu dvd dvi dvr dvs dw ea ean ecb ecg edb edi edpb edps eea ef egi egn ehf ei ekg eks ems
    eoes eof ep erp esb esdh esr ess etc eu eud eur evt ex exc exif fa faq fb ff fgu fi fia fip fk fl flex flis
    fm fmk fn fo foa fob fol forv fr frp fs ft ftf ftp fv fvl fysio ga gb gd gdpr gg gid gif gis gl gln glo gm
    gpo gps gr gsm gt gui hd hdmi hf hfu hg hhv hi hjl hk hl hmi hmo ho home hp hpv hr hra hrs html http https
    htx hv hw hz ia ib ibm ic ict idp ie ifm ift ig iht ii iii ik iks ikt il im imap inc incl inkl io ios iot ip
    ipad ips iq ir isbn iso isp ist iv iva ix jf jfr jpeg jpg jr js json jul jun jv ka kap kb kbh ke kf kg kgl
    kif kk kl kle klk km kmd ko kol kp kr krl ks ksb ksd kt kto ktp kv kvm kw kwh ky la lab lb lbk lbl ld lds lf
    lg li lis lk ll lms lo lok lp lr ls lt ltd lv lx ma mail maks mb mbit mdr mf mfa mfl mg mgl mh mht mia mib
    mil mime mio ml mm mms mn mo mp mr mrd mri mrs ms msb msn mt mus mv mvh mx na nb nemid nf nfc ng ngo nis nl
    nm nov np nr ns nsa nsis nsp nt nv obd obs ocr oda odt oe oecd oek ofl ois oj ok okt ol ole opp osv ot ov
    ovf oz pa pau pb pbs pc pct pd pdf pdi pem per pers pet pev pga pgl pgp pgu ph pi pin pk pkt pl plo pm pms
    pnr po pop pos post pp ppl ppm ppr ppt prs ps psp pt ptsd pu pub pui pvd qa qr ra raa rad ram rc rd ref reg
    rep res rf rfc rg ri rk rka rm roi ros rpa rs rsa rsl rss rtf rtg ru rv saas sac sap sapa sar sas sb sbsys
    sc scc sccs sd sek sep sept sf sfi sfo sftp sg sgml sh si sif sik sim sis sk skat skm sko sl sla sml sms
    smtp sn soc sof sofd sol sor sos sp spam spf sps sql sr srl ss ssa ssh ssl ssn sso ssp st stk stp sts stu
    stx su sul sun sv svt sw sy tb td tel temp tf th tia tk tlf tls tn top tp tr ts tsk tv tx txt ub ucl udg ug
    uh ui uia uid uk um un upn ur url usa usb usd ust ut utc utf uu uuid uv va vat vb vdi ve vedr vf vh vip viso
    vive vkp vm vo vp vpn vr vs vsp vt vu wan wc web wg wifi wlan ww www xl xls xlsx xml xp yr zip
"""  # as public offices, lawyers and programs write them
WORDS, ABBREVIATIONS = frozenset(_WORDS.split()), frozenset(_ABBREVIATIONS.split())
EVERYDAY = WORDS | ABBREVIATIONS
