"""What a lawyer or a member asks of the portal by mail: by the address they write to, or by lines on top of a reply."""
