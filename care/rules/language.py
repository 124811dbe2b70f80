"""Which language a message is in, as far as script and common little words tell."""

from __future__ import annotations

import re
import unicodedata


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Letters of other scripts; "und" is a script that no language of ours is told by.
_SCRIPTS = {
    "hi": r"\u0900-\u097f", "bn": r"\u0980-\u09ff", "ta": r"\u0b80-\u0bff", "te": r"\u0c00-\u0c7f",
    "ru": r"\u0400-\u04ff", "ar": r"\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff", "he": r"\u0590-\u05ff",
    "el": r"\u0370-\u03ff\u1f00-\u1fff", "th": r"\u0e00-\u0e7f", "ja": r"\u3040-\u30ff",
    "ko": r"\u1100-\u11ff\uac00-\ud7af", "zh": r"\u3400-\u4dbf\u4e00-\u9fff",
    "vi": r"\u1ea0-\u1ef9\u01a0\u01a1\u01af\u01b0\u0111",
    "und": r"\u0530-\u058f\u0a00-\u0b7f\u0c80-\u0dff\u0e80-\u10ff\u1200-\u137f\u1780-\u17ff",
}  # fmt: skip
# Letters that are no others with an accent.
_PLAIN = str.maketrans("\N{LATIN SMALL LETTER DOTLESS I}łđøß", "ildos")
# Letters that only one of two languages with the same script has.
_UKRAINIAN, _PERSIAN, _URDU = re.compile("[іїєґІЇЄҐ]"), re.compile("[پچژگکی]"), re.compile("[ٹڈڑںےہ]")
# This share of all letters: a foreign name does not make a message foreign, and the other way about.
_ENOUGH = 0.3

# Frequent words, without their accents. Those after the bar never stand in an English sentence by chance: they count
# twice. A word of two languages stands in both.
_WORDS = {
    "es": "el los las una unos del que esta este estan mi mis tu su por para con pero porque como cuando cual muy hay"
    " es y se lo yo no favor hola ya he"
    " | donde quiero quisiera necesito puedo puede pueden tengo gracias pedido paquete dinero llegado llego devolucion"
    " reembolso suscripcion cancelar ayuda tambien entrega tarjeta mio cuenta"
    " cobraron veces cobrado dos llega leche nunca",
    "pt": "o os as um uma do da que esta meu minha por para com mas como quando nao eu se na isso ja favor ola e"
    " | onde quero queria preciso posso pode obrigado obrigada pedido encomenda dinheiro chegou reembolso assinatura"
    " cancelar cancelem ajuda tambem entrega ainda voces cartao conta",
    "fr": "le les des une mon ma mes je est pas que qui pour avec sur vous nous il elle dans et ou sont cette au du"
    " tres plus ne bonjour merci"
    " | voudrais veux commande colis livraison remboursement abonnement annuler rembourser recu suis pourquoi quand"
    " combien argent aide pouvez jai nai cest paiement compte",
    "de": "der das ein eine ist ich mein meine nicht wo wie wann und mit fur auf den dem sie wir mir von zu es kann"
    " hallo danke bitte noch habe hat wurde"
    " | mochte bestellung paket lieferung geld zuruck erstattung ruckerstattung kundigen stornieren abo warum brauche"
    " konnen angekommen bekommen geliefert rechnung konto milch war kaputt abgebucht zweimal",
    "it": "il lo gli una uno del della che mio mia di per con non come quando sono mi si ho e ciao ma"
    " | dove voglio vorrei ordine pacco consegna rimborso soldi abbonamento annullare disdire grazie aiuto perche"
    " posso ancora arrivato bisogno pagamento conto",
    "nl": "het een mijn ik niet wanneer hoe wat voor met op de van en dat dit hij kan wil heb naar er ook graag bij"
    " | waar bestelling pakket bezorging levering geld terug terugbetaling abonnement opzeggen annuleren alstublieft"
    " bedankt waarom ontvangen nog mag rekening",
    "pl": "jest moje moja moj mi sie nie na gdzie kiedy jak czy dla z ze ale mam to ja"
    " | zamowienie zamowienia paczka paczke przesylka zwrot pieniedzy pieniadze subskrypcje anulowac chce prosze"
    " dziekuje dlaczego potrzebuje dostawa platnosc konto",
    "tr": "bir ve bu benim icin ne ile degil mi var yok nasil neden daha cok ben"
    " | nerede siparisim siparisimi siparis para iadesi kargo kargom iade istiyorum param paramin aboneligimi iptal"
    " etmek lutfen"
    " tesekkurler zaman gelmedi gelecek merhaba hesabim",
    "id": "saya yang tidak ini itu di ke dan untuk dengan ada bisa mau belum sudah apa kapan"
    " | pesanan paket saya uang kembali pengembalian langganan batalkan membatalkan berhenti tolong terima kasih"
    " mana kenapa ingin pembayaran",
    "sv": "jag min mitt mina ar det att inte en ett och pa med for den har kan vill hur nar som"
    " | bestallning paket leverans pengar tillbaka aterbetalning prenumeration avbryta saga tack varfor behover"
    " betalning konto hej snalla",
    "vi": "toi cua khong la va o duoc chua cho nay | muon giao tien hoan nhan dau xin huy",
    "hi": "ko ka ki ke se aur ye yeh wo tak bhi par"
    " | mera meri mere mujhe kahan kahaan hai hain nahi nahin kya kaise kab chahiye karo karna kijiye paisa paise wapas"
    " abhi raha rahi aaya aayi mila bhai gaya karein karni hua kyun kyu krna krdo",
}
_KNOWN = {
    code: {**dict.fromkeys(_words(common), 1), **dict.fromkeys(_words(plain), 2)}
    for code, (common, plain) in ((code, words.split("|")) for code, words in _WORDS.items())
}
_FOREIGN = frozenset().union(*_KNOWN.values())
# The frequent words of English that are rare elsewhere.
_ENGLISH = _words(
    "the my is it of and you your for with where when what how can want please have has this that why are was i to"
    " not be been get got do does did will would could should on if at from they there order cancel refund money back"
    " package delivery subscription account payment card help need like any some just still now out all which who"
    " send skip pause change track stop thanks thank hi hello hey yes but or by as am we us our an weekly"
)


def language_of(text: str) -> str:
    """An ISO 639-1 code; "und" for a script that is none of ours; "en" unless much speaks for another language."""
    letters = sum(c.isalpha() for c in text)
    for code, script in _SCRIPTS.items():
        found = re.findall(f"[{script}]", text)
        # Vietnamese is Latin with letters of its own: two of them tell it.
        if (len(found) >= 2) if code == "vi" else (found and len(found) >= _ENOUGH * letters):
            return _narrowed(code, text)
    return _latin(_folded(text))


def _narrowed(code: str, text: str) -> str:
    if code == "ru":
        return "uk" if _UKRAINIAN.search(text) else "ru"
    if code == "ar":
        return "ur" if _URDU.search(text) else "fa" if _PERSIAN.search(text) else "ar"
    return code


def _latin(words: list[str]) -> str:
    """Points for known words: two at least, a quarter of the words, and more than English has."""
    scores = {code: sum(known.get(word, 0) for word in words) for code, known in _KNOWN.items()}
    best = max(scores, key=scores.__getitem__)
    english = sum(word in _ENGLISH for word in words)
    hits = sum(word in _KNOWN[best] for word in words)
    enough = hits >= 2 and scores[best] >= 3 and 4 * hits >= len(words)
    return best if enough and scores[best] > english else "en"


def _folded(text: str) -> list[str]:
    """Words in small letters without accents: "está" and "esta" are typed alike."""
    plain = text.lower().translate(_PLAIN)
    plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return re.findall(r"[^\W\d_]+", re.sub("['\N{RIGHT SINGLE QUOTATION MARK}]", "", plain))


def foreign_words(text: str) -> list[str]:
    """The words that one of the other languages has and English has not."""
    return [word for word in _folded(text) if word in _FOREIGN and word not in _ENGLISH]
