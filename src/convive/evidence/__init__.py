"""What other systems recorded. Here stand its tables, reads and writes, what a source says of
itself, and which rows count; in its rooms:

    reading     from a file to rows
    suggest     how a file that nobody described is to be read
    desk        the pages on which a file is brought in
    keyin       tables that are typed in from paper
    register    who gives what, under which agreement, until when
    quality     the report on a batch or a source
    microdata   surveys with one row for each respondent
    iccs        classes of offences, and guesses at them
"""
