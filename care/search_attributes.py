"""The search attributes, as plain data: starting a server must not cost an import of the SDK."""

# Every server needs these registered: a missing one fails workflow tasks for ever.
SEARCH_ATTRIBUTES = {
    "CareCustomerId": "Keyword",
    "CareStatus": "Keyword",
    "CareNextDelivery": "Datetime",
    "CareAmount": "Int",
}
