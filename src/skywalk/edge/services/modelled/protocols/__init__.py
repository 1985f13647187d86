"""AWS's protocols, each a module that finds an operation and its parameters in a request and writes them again.

`understand` chooses by what the request says of itself; `forms` is how each answers with an error.
"""
