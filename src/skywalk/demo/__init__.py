"""The guided tour: a bank's documents, told in the terminal on real traffic.

A *chapter* is data: a title, why it is there, and *steps*. A step is a command that a user would type, a file that
such a command reads, or traffic whose packets are counted; each says what it expects. The *teller* performs the
steps of a chapter in a region of the tour's own, `render` turns what was typed and what came into lines, and the
first expectation that is not met ends the tour.

`chapters` holds the story, one module per chapter; nothing in it runs anything.
"""
