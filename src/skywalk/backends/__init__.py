"""Backends hold the data of the services behind the edge: embedded moto, or any URL.

A *backend* is where requests of one service go once the edge has decided on them: a process of its own on a unix
socket (`moto_server`, started by `process`), or a *remote*, a configured URL. Backends decide nothing about callers:
the edge tells them the account that owns the resource, and nobody else can reach them.

Backend processes are given a socket and a folder; they know neither plan nor store.
"""
