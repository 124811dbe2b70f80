"""What people read, in their language: English as it stands in the code, Spanish and Hindi from catalogues beside this.

English is the language of the API, the stores and the histories. Texts of the portal are marked with `ui.language._`;
sentences that come from behind it (refusals, notices, steps of a case) are told again by `Language.retold`.
"""

from care.language.language import DEFAULT, LANGUAGES, Language, language_of, speaks, wishes

__all__ = ["DEFAULT", "LANGUAGES", "Language", "language_of", "speaks", "wishes"]
