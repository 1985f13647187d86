"""DynamoDB: a request names its operation in `X-Amz-Target`, and its tables in a JSON body that is read whole.

`mapping` makes of them a `DynamoDbRequest`: the checks that must all be allowed, the account whose data it is about,
and the body to forward, which is written anew from what was understood. Tables may be named by ARN, also those of
other accounts; a backend gets names. Whatever is ambiguous is refused: a member given twice, an item of a transaction
that is two, a table of another region.
Source: Amazon DynamoDB API Reference; Service Authorization Reference, "Actions, resources, and condition keys for
Amazon DynamoDB".
"""
