"""Drives the sandbox with exchangelib; prints one JSON object with what it saw. Arguments: url, user, password, address, other."""
import json
import sys
import warnings

warnings.filterwarnings("ignore")

from exchangelib import (  # noqa: E402
    DELEGATE,
    IMPERSONATION,
    Account,
    BASIC,
    Configuration,
    Credentials,
    FileAttachment,
    HTMLBody,
    ItemAttachment,
    Message,
)
from exchangelib.errors import ErrorImpersonateUserDenied, ErrorNonPrimarySmtpAddress  # noqa: E402

url, user, password, address, other, outside, alias = sys.argv[1:8]
seen = {}


def open_account(owner, access_type=IMPERSONATION):
    config = Configuration(service_endpoint=url, credentials=Credentials(user, password), auth_type=BASIC)
    return Account(primary_smtp_address=owner, config=config, autodiscover=False, access_type=access_type)


account = open_account(address)
seen["version"] = account.version.api_version
seen["subjects"] = [m.subject for m in account.inbox.all().order_by("datetime_received")]

message = account.inbox.get(subject="Mit Anhängen")
seen["body"] = str(message.text_body).strip()
seen["sender"] = [message.sender.name, message.sender.email_address]
seen["to"] = [r.email_address for r in message.to_recipients]
files = [a for a in message.attachments if isinstance(a, FileAttachment)]
items = [a for a in message.attachments if isinstance(a, ItemAttachment)]
seen["files"] = [[a.name, a.content.decode("utf-8"), a.is_inline] for a in files]
seen["items"] = [a.item.subject for a in items]
seen["mime"] = message.mime_content[:200].decode("latin-1")
seen["headers"] = [h.value for h in message.headers if h.name == "X-Sandbox"]

sync = account.inbox
changes = list(sync.sync_items())
seen["first_sync"] = len(changes)

out = Message(
    account=account,
    folder=account.sent,
    subject="Grüße aus 東京",
    body=HTMLBody("<p>Größe <b>XL</b></p>"),
    to_recipients=[other],
    bcc_recipients=[address],
)
out.attach(FileAttachment(name="Übersicht.txt", content="süß".encode("utf-8")))
out.send_and_save()
seen["sent"] = [[m.subject, [r.email_address for r in m.bcc_recipients or []]] for m in account.sent.all()]

received = open_account(other).inbox.get(subject="Grüße aus 東京")
seen["received"] = [
    received.author.email_address,
    received.bcc_recipients,
    "XL" in received.body,
    [a.content.decode("utf-8") for a in received.attachments],
]

draft = Message(account=account, folder=account.drafts, subject="Draft", body="text", to_recipients=[other])
draft.save()
draft.subject = "Draft, changed"
draft.save(update_fields=["subject"])
draft.send(save_copy=False)
seen["drafts_left"] = account.drafts.total_count

changes = list(sync.sync_items())
seen["second_sync"] = [[kind, item.subject if hasattr(item, "subject") else None] for kind, item in changes]

mine = account.inbox.get(subject="Grüße aus 東京")
mine.is_read = True
mine.save(update_fields=["is_read"])
changes = list(sync.sync_items())
seen["read_sync"] = [kind for kind, _ in changes]

before = mine.id
mine.move(account.trash)
seen["moved"] = mine.id != before and account.trash.filter(subject__contains="Grüße").count()
mine.delete()
seen["trash"] = account.trash.all().count()
seen["deleted_sync"] = [kind for kind, _ in sync.sync_items()]

seen["folders"] = sorted(f.name for f in account.msg_folder_root.walk())

seen["filtered"] = [m.subject for m in account.inbox.filter(subject__startswith="Mit").only("subject")]
seen["resolved"] = [r.email_address for r in account.protocol.resolve_names(["anna"])]

try:
    open_account(outside).inbox.total_count
    seen["outside"] = "opened"
except ErrorImpersonateUserDenied as error:
    seen["outside"] = type(error).__name__
try:
    open_account(alias).inbox.total_count
    seen["alias"] = "opened"
except ErrorNonPrimarySmtpAddress as error:
    seen["alias"] = type(error).__name__

delegate = open_account(other, DELEGATE)
seen["delegated"] = delegate.inbox.total_count

subscription_id = account.inbox.subscribe_to_streaming()
Message(account=account, folder=account.sent, subject="Ping", body="x", to_recipients=[address]).send()
events = []
for notification in account.inbox.get_streaming_events(subscription_id, connection_timeout=1, max_notifications_returned=1):
    events += [type(event).__name__ for event in notification.events]
    break
seen["events"] = events
account.inbox.unsubscribe(subscription_id)

print(json.dumps(seen, ensure_ascii=False))
