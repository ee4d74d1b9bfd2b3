"""Lists the most recently updated chats, like the example in the API's documentation.

Needs LINQ_API_V3_API_KEY, and LINQ_API_V3_BASE_URL unless you use the public service.
"""

import os

from linq import LinqAPIV3

client = LinqAPIV3(
    api_key=os.environ.get("LINQ_API_V3_API_KEY"),  # This is the default and can be omitted
)
page = client.chats.list_chats(limit=5)
for chat in page.chats:
    print(f"{chat.id}  {chat.service or '':8}  {chat.health_status.status:9}  {chat.display_name}")
