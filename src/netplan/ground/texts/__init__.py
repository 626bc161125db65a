"""What netplan says, in English and Chinese.

Short texts and headings stand in catalogues by key (`words`, `report`). Sentences that results and
errors carry are made in English where they arise, so that no file depends on who ran what; they
are said in Chinese where they are shown (`sentences`, `problems`).
"""

from netplan.ground.texts.language import LANGUAGES, Language, preferred_language
from netplan.ground.texts.texts import Texts

__all__ = ["LANGUAGES", "Language", "Texts", "preferred_language"]
