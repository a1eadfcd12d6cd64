"""What exchangelib relies on beyond reading and sending; prints one JSON object with what it saw.

Arguments: url, user, password, address, other.
"""
import datetime
import json
import sys
import warnings

warnings.filterwarnings("ignore")

from exchangelib import (  # noqa: E402
    BASIC,
    IMPERSONATION,
    UTC,
    Account,
    Body,
    Configuration,
    Credentials,
    EWSDateTime,
    ExtendedProperty,
    FileAttachment,
    Folder,
    HTMLBody,
    ItemAttachment,
    Message,
    Q,
)
from exchangelib.errors import EWSError  # noqa: E402
from exchangelib.folders import FolderCollection, FolderQuerySet, Messages  # noqa: E402

url, user, password, address, other = sys.argv[1:6]
seen = {}
config = Configuration(service_endpoint=url, credentials=Credentials(user, password), auth_type=BASIC)


def open_account(owner):
    return Account(primary_smtp_address=owner, config=config, autodiscover=False, access_type=IMPERSONATION)


def error_of(call):
    try:
        call()
        return None
    except EWSError as error:
        return type(error).__name__


def below(outer):
    return FolderQuerySet(folder_collection=FolderCollection(account=account, folders=[outer]))


class Due(ExtendedProperty):
    distinguished_property_set_id = "PublicStrings"
    property_name = "Due"
    property_type = "SystemTime"


class Score(ExtendedProperty):
    property_set_id = "c11ff724-aa03-4555-9952-8fa248a11c3e"
    property_name = "Score"
    property_type = "Integer"


class Names(ExtendedProperty):
    property_set_id = "c11ff724-aa03-4555-9952-8fa248a11c3e"
    property_name = "Names"
    property_type = "StringArray"


class ArticleNumber(ExtendedProperty):
    property_tag = 0x0E23
    property_type = "Integer"


class FolderNote(ExtendedProperty):
    distinguished_property_set_id = "PublicStrings"
    property_name = "Note"
    property_type = "String"


for name, kind in [("due", Due), ("score", Score), ("names", Names), ("article", ArticleNumber)]:
    Message.register(name, kind)
Folder.register("note", FolderNote)
account = open_account(address)

# Folders
folder = Folder(parent=account.inbox, name="Kunden")
folder.save()
folder.name = "Kunden & Co"
folder.note = "wichtig"
folder.save()
again = below(account.inbox).get(name="Kunden & Co")
seen["folder"] = [again.name, again.note]
seen["same name"] = error_of(lambda: Folder(parent=account.inbox, name="kunden & CO").save())
Folder(parent=folder, name="Darin").save()
wanted = Q(name__icontains="kunden") | Q(name="Darin")
seen["folders found"] = sorted(f.name for f in below(account.msg_folder_root).filter(wanted))
folder.move(account.drafts)
seen["moved"] = folder.parent.name

# Items
at = EWSDateTime(2026, 5, 4, 12, 30, tzinfo=UTC)
items = [
    Message(
        account=account,
        folder=folder,
        subject=f"{number} " + "s" * (253 if number == 3 else 1),
        body=HTMLBody("<p>1 &lt; 2 &amp; 3</p>") if number == 1 else Body("1 < 2 & 3"),
        categories=categories,
        sensitivity=sensitivity,
        importance=importance,
        is_read=number == 2,
        reminder_is_set=True,
        reminder_due_by=at,
        reminder_minutes_before_start=number,
        due=at + datetime.timedelta(days=number),
        score=number * 10,
        names=["a", str(number)],
    )
    for number, categories, sensitivity, importance in [
        (1, ["Rot", "Blau"], "Normal", "Low"),
        (2, ["Blau"], "Private", "High"),
        (3, None, "Confidential", "Normal"),
    ]
]
items[0].attach(FileAttachment(name="eins.txt", content=b"eins"))
for item in items:
    item.save()
seen["attached"] = [a.attachment_id is not None for a in items[0].attachments]
items[0].attach(FileAttachment(name="zwei.txt", content="süß".encode()))
inner = Message(account=account, subject="Beigelegt – süß", body="Innen", to_recipients=[other])
inner.attach(FileAttachment(name="tief.txt", content=b"tief"))
items[1].attach(ItemAttachment(name="Beigelegt", item=inner))
one, two, three = folder.all().order_by("subject")
seen["attachments"] = sorted([a.name, a.content.decode()] for a in one.attachments)
[attached] = two.attachments
seen["attached message"] = [attached.name, attached.item.subject, attached.item.text_body.strip()]
seen["bodies"] = ["<p>1 &lt; 2 &amp; 3</p>" in one.body, two.body, one.text_body.strip()]
seen["subject"] = len(three.subject)
seen["reminder"] = [two.reminder_is_set, two.reminder_due_by == at, two.reminder_minutes_before_start]
seen["extended"] = [two.due == at + datetime.timedelta(days=2), two.score, two.names]
seen["ascending"] = one.article < two.article < three.article


def numbers(*args, **kwargs):
    return sorted(int(s[0]) for s in folder.filter(*args, **kwargs).values_list("subject", flat=True))


seen["filters"] = {
    "category": numbers(categories__contains=["Blau"]),
    "categories": numbers(categories__contains=["Rot", "Blau"]),
    "no category": numbers(categories__exists=False),
    "sensitivity": numbers(sensitivity="Private"),
    "importance": numbers(importance__in=["Low", "High"]),
    "read": numbers(is_read=True),
    "reminder": numbers(reminder_is_set=True),
    "score": numbers(score__gt=10),
    "due": numbers(due__range=(at, at + datetime.timedelta(days=2))),
    "not": numbers(~Q(sensitivity="Normal") & Q(score__lt=30)),
}
seen["computed"] = error_of(lambda: list(folder.filter(text_body="x")))

# Conflicts and ids
mine, theirs = folder.get(id=two.id), folder.get(id=two.id)
theirs.importance = "Low"
theirs.save(update_fields=["importance"])
mine.subject = "2 changed"
mine.save(update_fields=["subject"])
late = Message(account=account, folder=folder, id=two.id, changekey=two.changekey, subject="2 too late")
seen["conflict"] = error_of(lambda: late.save(update_fields=["subject"]))
bad = [("AAA", None), (two.id, "xxx"), (folder.id, None)]


def fetch(ids):
    for result in account.fetch(ids=[ids], only_fields=["subject"]):
        if isinstance(result, Exception):
            raise result


seen["ids"] = [error_of(lambda ids=ids: fetch(ids)) for ids in bad]

# Answers
received = Message(account=account, folder=account.inbox, subject="Frage", body="Wie viel?", to_recipients=[address])
received.author = other
received.message_id = "<frage@extern.example>"
received.attach(FileAttachment(name="liste.csv", content=b"a;b"))
received.save()
received = account.inbox.get(subject="Frage")
received.reply(subject="Re: Frage", body="Drei", to_recipients=[other])
received.forward(subject="Wg: Frage", body=HTMLBody("<b>Siehe unten</b>"), to_recipients=[other])
draft = received.create_reply_all(subject="Aw: Frage", body="Alle").save(account.drafts)
inbox = open_account(other).inbox
reply, forward = inbox.get(subject="Re: Frage"), inbox.get(subject="Wg: Frage")
seen["reply"] = ["Drei" in reply.text_body, "Wie viel?" in reply.text_body, reply.in_reply_to, len(reply.attachments)]
seen["forward"] = ["<b>Siehe unten</b>" in forward.body, [[a.name, a.content.decode()] for a in forward.attachments]]
seen["draft"] = account.drafts.get(subject="Aw: Frage").is_draft

# People
[(mailbox, contact)] = account.protocol.resolve_names(["anna"], return_full_contact_data=True)
seen["contact"] = [mailbox.email_address, contact.given_name, contact.surname, [e.email for e in contact.email_addresses]]

# And away with it
folder.empty()
seen["emptied"] = [folder.all().count(), [f.name for f in below(folder).all()]]
folder.wipe()
folder.delete(delete_type="MoveToDeletedItems")
seen["trash"] = sorted(f.name for f in below(account.trash).all())
gone = Folder(parent=account.inbox, name="Fort")
gone.save()
gone_id = gone.id
gone.delete()
lost = Messages(root=account.root, id=gone_id, changekey=None, name="Fort")
seen["gone"] = error_of(lambda: list(lost.sync_items()))

print(json.dumps(seen, ensure_ascii=False))
