"""Lists an inbox with exchangelib. Arguments: url, user, password, address."""
import json
import sys
import warnings

warnings.filterwarnings("ignore")

from exchangelib import BASIC, IMPERSONATION, Account, Configuration, Credentials  # noqa: E402

url, user, password, address = sys.argv[1:5]
config = Configuration(service_endpoint=url, credentials=Credentials(user, password), auth_type=BASIC)
account = Account(primary_smtp_address=address, config=config, autodiscover=False, access_type=IMPERSONATION)
print(json.dumps({"subjects": [m.subject for m in account.inbox.all().order_by("datetime_received")]}))
