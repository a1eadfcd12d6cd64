"""Reads mail with Python's own parser: one JSON object a file, in the order of the arguments."""

import email
import email.policy
import email.utils
import hashlib
import json
import sys

# Python keeps attached messages parsed and writes them anew: as little changed as can be.
RAW = email.policy.default.clone(refold_source="none")


def text(value):
    return None if value is None else str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def people(message, name):
    found = []
    for header in message.get_all(name, []):
        try:
            for person in header.addresses:
                found.append({"name": text(person.display_name), "address": text(person.addr_spec)})
        except Exception:
            for display, address in email.utils.getaddresses([str(header)]):
                found.append({"name": text(display), "address": text(address)})
    return found


def header(message, name):
    try:
        return text(message[name])
    except Exception:
        return None


def date(message):
    try:
        when = email.utils.parsedate_to_datetime(header(message, "date"))
        return int(when.timestamp()) if when.tzinfo else int(when.replace(tzinfo=email.utils.datetime.timezone.utc).timestamp())
    except Exception:
        return None


def content(part):
    try:
        return text(part.get_content())
    except Exception:
        payload = part.get_payload(decode=True) or b""
        return payload.decode("utf-8", "replace")


def body(message, kind):
    try:
        part = message.get_body(preferencelist=(kind,))
        return None if part is None else content(part)
    except Exception:
        return None


def leaves(message):
    """Leaf parts; an attached message is one leaf."""
    if message.get_content_type() == "message/rfc822":
        yield message
    elif message.is_multipart() and message.get_content_maintype() in ("multipart",):
        for part in message.get_payload():
            yield from leaves(part)
    else:
        yield message


def payload(part, linesep):
    if part.get_content_type() == "message/delivery-status" and part.is_multipart():
        # Blocks of headers, which the parser takes apart at the blank lines.
        blocks = [child.as_bytes(policy=RAW.clone(linesep=linesep)).strip() for child in part.get_payload()]
        return (linesep.encode() * 2).join(block for block in blocks if block)
    if part.is_multipart():
        return b"".join(child.as_bytes(policy=RAW.clone(linesep=linesep)) for child in part.get_payload())
    return part.get_payload(decode=True) or b""


def name_of(part):
    try:
        return text(part.get_filename())
    except Exception:
        return None


def read(path):
    with open(path, "rb") as file:
        raw = file.read()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    linesep = "\r\n" if b"\r\n" in raw else "\n"
    texts, htmls, files = [], [], []
    for part in leaves(message):
        kind = part.get_content_type()
        try:
            disposition = part.get_content_disposition()
        except Exception:
            disposition = None
        if kind in ("text/plain", "text/html") and disposition != "attachment":
            (texts if kind == "text/plain" else htmls).append(content(part))
        else:
            data = payload(part, linesep)
            files.append({"name": name_of(part), "type": kind, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
    return {
        "subject": header(message, "subject"),
        "from": people(message, "from"),
        "to": people(message, "to"),
        "cc": people(message, "cc"),
        "date": date(message),
        "text": body(message, "plain"),
        "html": body(message, "html"),
        "texts": texts,
        "htmls": htmls,
        "attachments": files,
    }


print(json.dumps([read(path) for path in sys.argv[1:]]))
