"""Where and when: near repeat, hot spots, clusters and hours, from incidents to an answer in words.

Each module takes incidents (`convive.evidence.events`) and gives an answer: its numbers, what they
mean in one sentence that claims no more than they allow, and what must be known before it is used.
Place, never person.
"""
