"""Whether a text is about a claim at all. Pure.

A text that is about something else is not wrong, but why would a customer send it? Where one does, the judge is asked
again without it (care/brains/assessing.py): so it decides nothing, whatever it does to a model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from care.rules.disguises import plain
from care.rules.product_names import products_in

# Beginnings of words for goods and what can be wrong with them, in the languages of most customers. Where a language
# is missing the judge is asked once more than needed, and no more happens.
_CLAIM = re.compile(
    r"\b(?:brok|damag|crack|crush|torn|tear|rip|leak|spill|dent|scratch|shatter|smash|defect|fault|bent|open|wet|stain|sour"
    r"|wrong|missing|lost|late|never (?:came|arriv)|arriv|deliver|parcel|package|packag|box|order|item|product\b|refund"
    r"|return|replac|invoice|receipt|expired|stale|mould|mold|rotten|spoil|smell|taste|quality|size|colou?r|wobbl"
    r"|(?:not|n't|stopped) work"
    r"|kaputt|zerbroch|beschadig|defekt|falsch|fehl|verspat|paket|liefer|bestell|artikel|ruckerstatt|erstatt|rechnung|schimm"
    r"|cass|abim|endommag|manqu|retard|colis|livr|commande|article|rembours|facture|defectu"
    r"|rot[oa]|danad|falta|equivocad|tarde|paquete|pedido|entreg|reembols|devol|factura"
    r"|rott|danneggi|mancan|sbagliat|ritardo|pacco|ordine|rimbors|fattura|quebrad|danificad|errad|encomenda|fatura"
    r"|kapot|beschadig|ontbrek|verkeerd|bestelling|terugbetal|factuur|uszkodz|brak|paczk|zamowi|zwrot|faktur)"
    r"|разби|сломан|поврежд|посыл|заказ|возврат|доставк|σπασμεν|παραγγελ|टूट|ख़राब|खराब|ऑर्डर|रिफंड|壊れ|割れ|破損|返金|注文|届"
    r"|碎|坏|损|退款|订单|快递|깨|파손|환불|주문|배송|مكسور|تالف|الطلب|استرداد|kirik|bozuk|siparis|iade|kargo"
)


def about_the_claim(text: str, names: Sequence[str]) -> bool:
    """Whether it speaks of goods, of what is wrong with them, or of one of the products `names`."""
    return bool(_CLAIM.search(plain(text)) or products_in(text, names))
