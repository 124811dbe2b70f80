"""What a form cannot take yet. The sentence stands beside the field already."""

from care.errors import Invalid


class Unfinished(Invalid):
    """Raised by the fields of a form; its `detail` is in the reader's language."""
