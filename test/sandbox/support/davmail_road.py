"""Uses a mailbox over DavMail's IMAP and SMTP; prints one JSON object with what it saw.

Arguments: IMAP port, SMTP port, address, password, another address.
"""
import email
import email.header
import email.policy
import imaplib
import json
import re
import smtplib
import sys
from email.message import EmailMessage

imap_port, smtp_port, address, password, other = sys.argv[1:6]
seen = {}


def checked(answer):
    typ, data = answer
    if typ != "OK":
        raise RuntimeError(f"{typ}: {data}")
    return data


def parts_of(raw):
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return [
        str(message["subject"]),
        [
            [part.get_content_type(), part.get_filename(), part.get_payload(decode=True).decode("utf-8").strip()]
            for part in message.walk()
            if not part.is_multipart()
        ],
    ]


def read(number, wanted="(BODY.PEEK[])"):
    return parts_of(checked(imap.fetch(str(number), wanted))[0][1])


def flags_of(number):
    """Without \\Recent, which says how long ago DavMail saw the message first, and not what Exchange holds."""
    flags = [flag.decode() for flag in imaplib.ParseFlags(checked(imap.fetch(str(number), "(FLAGS)"))[0])]
    return sorted(flag for flag in flags if flag != "\\Recent")


def select(folder):
    return int(checked(imap.select(folder))[0])


imap = imaplib.IMAP4("127.0.0.1", int(imap_port))
checked(imap.login(address, password))
seen["folders"] = sorted(line.decode().rsplit('"/" ', 1)[1].strip('"') for line in checked(imap.list()))
seen["messages"] = select("INBOX")
seen["first"] = read(1)
seen["unread"] = flags_of(1)
read(1, "(BODY[])")
seen["read"] = flags_of(1)
checked(imap.store("1", "+FLAGS", r"(\Flagged \Answered Wichtig)"))
select("INBOX")
seen["flagged"] = flags_of(1)
seen["found"] = [
    checked(imap.search(None, "FLAGGED"))[0].decode(),
    checked(imap.search(None, "UNSEEN"))[0].decode(),
    checked(imap.search(None, "SUBJECT", '"Zweite"'))[0].decode(),
    checked(imap.search(None, "KEYWORD", "Wichtig"))[0].decode(),
]
uids = [int(uid) for uid in checked(imap.uid("SEARCH", None, "ALL"))[0].split()]
seen["ascending"] = uids == sorted(set(uids))
checked(imap.store("1", "-FLAGS", r"(\Flagged)"))
select("INBOX")
seen["unflagged"] = flags_of(1)

checked(imap.create("Kunden"))
checked(imap.copy("1", "Kunden"))
seen["copied"] = [select("Kunden"), read(1)[0]]
select("INBOX")
checked(imap.uid("MOVE", str(uids[1]), "Kunden"))
seen["moved"] = [select("INBOX"), select("Kunden")]
checked(imap.rename("Kunden", '"Kunden &- Co"'))
seen["renamed"] = select('"Kunden &- Co"')
checked(imap.store("1", "+FLAGS", r"(\Deleted)"))
checked(imap.expunge())
seen["expunged"] = select('"Kunden &- Co"')

saved = EmailMessage()
saved["From"], saved["To"], saved["Subject"] = address, other, "Entwurf – süß"
saved.set_content("Noch nicht fertig")
checked(imap.append("Drafts", r"(\Draft \Seen)", None, saved.as_bytes()))
seen["appended"] = [select("Drafts"), read(1), flags_of(1)]

message = EmailMessage()
message["From"], message["To"], message["Bcc"] = address, other, address
message["Subject"] = "Grüße aus 東京"
message["Message-ID"] = "<davmail-1@client.example>"
message.set_content("Größe XL\n")
message.add_alternative("<p>Größe <b>XL</b></p>\n", subtype="html")
message.add_attachment("3 × 4 m²\n".encode("utf-8"), maintype="text", subtype="plain", filename="Maße.txt")
with smtplib.SMTP("127.0.0.1", int(smtp_port)) as smtp:
    smtp.login(address, password)
    smtp.send_message(message)
seen["sent"] = [select("Sent"), read(1)]
seen["own copy"] = [select("INBOX"), read(2)[0]]
imap.logout()
print(json.dumps(seen, ensure_ascii=False))
