"""The services in miniature, on loopback, with a sample library: for the walk-through, the tests and the benchmarks.

``anilist``, ``trakt`` and ``github`` are the services, ``datasets`` and ``tmdb`` the smaller ones, ``trakt_importer``
is Trakt's own importer; ``start`` serves them all. ``library`` is the truth about real anime, ``world`` the accounts
and what happens to them, ``changes`` and ``lives`` what changes while time passes.
"""
