"""How a claim may be worded in English, Spanish and Hindi (Devanagari and Latin): tables for `care.rules.facts`.

Patterns are searched in text in small letters, at the beginning of a word.
"""

from __future__ import annotations

import re
import unicodedata


def _pattern(words: str) -> re.Pattern[str]:
    # Python counts no vowel sign of Devanagari as part of a word.
    plain = unicodedata.normalize("NFC", words)
    return re.compile(rf"(?<![\w\u0900-\u0963])(?:{plain})(?![a-zñáéíóúü])")


_HAS = r"(?:कर द(?:िया|ी|िए)|कर चुक\w*|किय[ाे](?! जा)|हो (?:गय\w*|गई|चुक\w*)|है|हैं)"
_HAS_LATIN = r"(?:kar d[ie]\w*|kar chuk\w*|kiy[ae](?! ja)|ho (?:gay\w*|chuk\w*)|hai)"

# What has happened, or is so. A proposal ("Cancel ORD004?") states none of them.
STATUSES: dict[str, re.Pattern[str]] = {
    name: _pattern(words)
    for name, words in {
        "paid": rf"(?<!be )paid|pagad[oa]s?|abonad[oa]s?|भुगतान {_HAS}|भुगतान (?:मिल|प्राप्त)|चुका(?:य|ए| दि)|अदा {_HAS}"
        rf"|bhugtan {_HAS_LATIN}|payment (?:mil|ho) gay\w*",
        "approved": r"approved?|accepted|granted|aprobad[oa]s?|aprobó|aprobamos|aceptad[oa]s?"
        r"|concedid[oa]s?|autorizad[oa]s?|स्वीकृत|स्वीकार|मंज़ूर|मंजूर|अनुमोदित|अप्रूव|manz[ou]*r|manj[ou]*r|swikrit|approve",
        "rejected": r"rejected|declined|refused|denied|rechaz\w+|deneg\w+|declinad[oa]s?"
        r"|अस्वीकार|अस्वीकृत|ख़ारिज|खारिज|ठुकरा|नामंज़ूर|नामंजूर|reject\w*|na-?manz[ou]*r",
        "shipped": r"shipped|dispatched|on (?:its|their|the) way|enviad[oa]s?|se envió|despachad[oa]s?|(?:en|de) camino"
        r"|भेज (?:दि|चुक)|भेजा (?:गया|जा चुका)|रास्ते में|शिप|bhej (?:di|chuk)\w*|bheja|raste me\w*|ship",
        "delivered": r"delivered|arrived?|reached|entregad[oa]s?|entregó|llegó|llegad[oa]s?|recibid[oa]s?"
        r"|डिलीवर(?!ी|ि)|डिलिवर(?!ी|ि)|वितरित|पहुँच (?:गय|गई|चुक)|पहुंच (?:गय|गई|चुक)|deliver|pahunch (?:gay|chuk)\w*",
        "cancelled": rf"cancell?ed|cancelad[oa]s?|se canceló|cancelamos|anulad[oa]s?"
        rf"|(?:रद्द|कैंसल|कैंसिल) {_HAS}|(?:radd|cancel) {_HAS_LATIN}",
        "refunded": r"refunded|reimbursed|reembolsad[oa]s?|se (?:le |te )?reembolsó|reembolsamos"
        rf"|devuelt[oa]s?|devolvimos|(?:रिफंड|रिफ़ंड|वापस|धनवापसी) (?:{_HAS}|मिल (?:गय|गई)|दे दि)|लौटा दि"
        rf"|(?:refund|wapas) (?:{_HAS_LATIN}|mil gay\w*|de di\w*)",
        "skipped": rf"skipped|omitid[oa]s?|saltad[oa]s?|se omitió"
        rf"|(?:छोड़|स्किप) (?:दि|{_HAS})|skip {_HAS_LATIN}|chhod di\w*",
        "paused": r"paused|pausad[oa]s?|(?<!poner )(?<!ponga )en pausa|suspendid[oa]s?"
        rf"|(?:रोक दि|रुक[ाीे]|(?:पॉज़|पॉज|स्थगित) {_HAS})|rok di\w*|ruk[aie]|pause {_HAS_LATIN}",
        "active": r"active|activ[oa]s?|reanudad[oa]s?|resumed|सक्रिय|एक्टिव|चालू है|chalu hai",
        "opened": r"opened|abiert[oa]s?|abrió|abrimos|खोल (?:दि|ली)|खोला|खुल (?:गय|चुक)|khol di\w*|khola",
        "changed": r"changed|corrected|updated|cambiad[oa]s?|corregid[oa]s?|actualizad[oa]s?|modificad[oa]s?"
        r"|बदल (?:दि|गय|गई)|(?:ठीक|सही|अपडेट) कर दि|सुधार दि|badal (?:di|gay)\w*|(?:theek|thik|update) kar di\w*",
        "confirmed": rf"confirmed|confirmad[oa]s?|confirmó|पुष्टि (?:{_HAS}|की)|कन्फर्म|confirm {_HAS_LATIN}",
        "ended": r"expired|closed|vencid[oa]s?|caducad[oa]s?|cerrad[oa]s?|समाप्त|बंद हो|बंद कर दि|band ho",
        "charged": r"charged?|cobr(?:ará|arán|ad[oa]s?|amos|aremos|ó|o)|cargad[oa]s?|शुल्क|चार्ज|charge",
        "lost": r"lost|perdid[oa]s?|extraviad[oa]s?|खो (?:गय|गई)|kho gay\w*",
        "pending": r"pending|being prepared|waits?|waiting|pendientes?|preparando|en preparación|en proceso"
        r"|लंबित|तैयार (?:किया|की|हो रह)|पेंडिंग|taiyaar (?:kiya|ho rah)|taiyar (?:kiya|ho rah)",
        "done": r"done|finished|hech[oa]s?|listo|ya está|कर दिया|कर दी|हो गया|हो गई|kar di\w*|ho gay\w*",
    }.items()
}
# What is offered, asked for or promised: nothing of it without the tools.
TOPICS: dict[str, re.Pattern[str]] = {
    name: _pattern(words)
    for name, words in {
        "cancel": r"cancel\w*|anul\w*|dar de baja|रद्द|कैंसल|कैंसिल|radd",
        "skip": r"skip\w*|omit\w*|salt(?:ar|o|a|e|ad[oa])s?|छोड़|स्किप|chhod",
        "pause": r"paus\w+|suspend\w*|रोक|पॉज़|पॉज|स्थगित|rok",
        "resume": r"resum\w+|restart\w*|reanud\w*|retom\w*|फिर से (?:शुरू|चालू)|phir se (?:shuru|chalu)",
        "refund": r"refund\w*|money back|(?:pay\w*|paid) (?:it |you )?back|way back|reembols\w*|devoluci\w*|devolv\w*"
        r"|devuel\w*"
        r"|de vuelta|de regreso|रिफंड|रिफ़ंड|धनवापसी|वापस (?:मिल|कर|आ|हो|दे|पा|ले)|लौटा|wapas (?:mil|kar|aa|ho|de|pa|le)\w*",
        "replacement": r"replac\w*|reship\w*|reemplaz\w*|sustitu\w*|reposici\w*|रिप्लेसमेंट|प्रतिस्थापन|बदले में|badle me\w*",
        "credit": r"credit\w*|crédito\w*|saldo a favor|क्रेडिट",
        "trace": r"trac(?:e|ing|k)\w*|rastre\w*|localiz\w*|ट्रेस|ट्रैक",
        "guarantee": r"guarante\w+|promis\w+|assur\w+|garant\w+|prome[st]\w+|asegur\w+|गारंटी|वादा|आश्वासन|v?waada|wada",
        "free": r"free|no cost|complimentary|gratis|gratuit\w+|sin (?:coste|costo|cargo)|regal\w+"
        r"|मुफ्त|मुफ़्त|निःशुल्क|फ्री|फ़्री|muft",
        "discount": r"discount\w*|vouchers?|coupons?|off|promo\w*|descuent\w*|rebaj\w*|cup[oó]n\w*|vales? de|bonos?"
        r"|छूट|कूपन|डिस्काउंट|वाउचर|chh?oot|chhut",
        "compensation": r"compensat\w+|goodwill|bonus|gift\w*|compensa\w+|indemni\w+|bonifica\w+|मुआवज़ा|मुआवजा|क्षतिपूर्ति"
        r"|muaavza|muavza",
        "at once": r"immediate\w*|right away|instant\w*|inmediat\w+|enseguida|al instante|तुरंत|फ़ौरन|फौरन|turant",
        "to be paid": r"(?:will|shall|going to) (?:be (?:refund|reimburs|paid)\w*|refund|reimburse|pay)"
        r"|(?:will|shall|going to|you'll) (?:get|receive)(?! back)"
        r"|reembolsar(?:á|án|emos|é)|devolver(?:á|án|emos|é)|recibirá\w*|le daremos"
        r"|pagar(?:á|emos)"
        r"|(?:रिफंड|वापस|पैसे|पैसा|राशि) .{0,12}(?:जाए[ंग]|जाये[ंग]|मिले[ंग]|करेंगे|देंगे)"
        r"|(?:refund|wapas|paise|paisa) .{0,12}(?:jay?eg|jaa?eg|mileg|karenge|denge)\w*",
        "money": r"money|funds|dinero|fondos|importe|abono|ingres[oa]\w*|पैस[ाेों]|राशि|पैसा|pais[ae]",
        "person": r"person|people|colleagues?|agents?|team|staff|human|(?<!otra )persona|compañer[oa]s?|colegas?"
        r"|agentes?|equipo|(?<!दूसरे )(?<!अन्य )व्यक्ति|सहकर्मी|साथी|टीम|एजेंट|इंसान|vyakti|sahkarmi|saathi|insaan",
        "contact": r"call(?:s|ed|ing)?|phone\w*|e-?mail\w*|contact\w*|get(?:s|ting)? back to you|llam\w+|tel[eé]fon\w*"
        r"|correo\w*|फ़ोन|फोन|कॉल|ईमेल|संपर्क|सम्पर्क|sampark",
        "account": r"accounts?|cuentas?|(?<!हमारे )(?<!हमारे सभी )खात[ाेों]|अकाउंट|khat[ae]",
        "percent": r"per ?cent|por ciento|प्रतिशत|फीसदी|pratishat",
    }.items()
}
# Facts that speak for others: the left one may be said where one of the right ones was.
SAME: dict[str, frozenset[str]] = {
    "rejected": frozenset({"not approved"}),
    "not approved": frozenset({"rejected"}),
    "done": frozenset(STATUSES),
    "not done": frozenset(f"not {name}" for name in STATUSES),
    "money": frozenset({"refund"}),
    "kal": frozenset({"tomorrow", "yesterday"}),
    "tomorrow": frozenset({"kal"}),
    "yesterday": frozenset({"kal"}),
    "in the morning": frozenset({"tomorrow"}),
}

TIMES: dict[str, re.Pattern[str]] = {
    name: _pattern(rf"(?:{words})(?![\w\u0900-\u0963])")
    for name, words in {
        "monday": "mondays?|lunes|सोमवार|somva?ar",
        "tuesday": "tuesdays?|martes|मंगलवार|mangalva?ar",
        "wednesday": "wednesdays?|miércoles|miercoles|बुधवार|budhva?ar",
        "thursday": "thursdays?|jueves|गुरुवार|गुरूवार|बृहस्पतिवार|guruva?ar",
        "friday": "fridays?|viernes|शुक्रवार|shukrava?ar",
        "saturday": "saturdays?|sábados?|sabados?|शनिवार|shaniva?ar",
        "sunday": "sundays?|domingos?|रविवार|इतवार|raviva?ar|itva?ar",
        "today": "today|tonight|hoy|आज|aaj",
        "tomorrow": "tomorrow|(?<!la )mañana",
        "yesterday": "yesterday|ayer",
        "kal": "कल|kal",
        "minute": "minutes?|minutos?|मिनट",
        "hour": "hours?|horas?|घंट[ाेों]+|ghante|ghanta",
        "day": r"days?|daily|(?<!buenos )d[ií]as?(?!\s*(?:de )?\d)"
        r"|diari[oa]s?|दिन|दिनों|रोज़|रोज|दैनिक|प्रतिदिन|din|dino|roz",
        "week": "weeks?|weekly|fortnight|semanas?|semanal(?:es|mente)?|quincenal|हफ्त[ाेों]+|हफ़्त[ाेों]+|सप्ताह|haft[ae]",
        "month": "months?|monthly|mes|meses|mensual(?:es|mente)?|महीन[ाेों]+|माह|मासिक|mahin[ae]",
        "year": "years?|yearly|años?|anual(?:es|mente)?|साल|वर्ष|saal",
    }.items()
}
CURRENCIES: dict[str, re.Pattern[str]] = {
    "EUR": re.compile(r"€|\beur\b|\beuros?\b|यूरो"),
    "USD": re.compile(r"\$|\busd\b|\bdollars?\b|\bdólar(?:es)?\b|डॉलर"),
    "GBP": re.compile(r"£|\bgbp\b|\bpounds?\b|\blibras?\b|पाउंड"),
    "INR": re.compile(r"₹|\binr\b|\brs\b|\brupees?\b|\brupias?\b|र[ुू]प[एय]|\brupay[ae]\b"),
    "JPY": re.compile(r"¥|\bjpy\b|\byen\b|येन"),
}
MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero ene जनवरी janvari", "february feb febrero फ़रवरी फरवरी farvari", "march mar marzo मार्च",
            "april apr abril abr अप्रैल aprail", "may mayo मई mai", "june jun junio जून", "july jul julio जुलाई julai",
            "august aug agosto ago अगस्त agast", "september sep sept septiembre setiembre सितंबर सितम्बर sitambar",
            "october oct octubre अक्टूबर अक्तूबर aktubar", "november nov noviembre नवंबर नवम्बर navambar",
            "december dec diciembre dic दिसंबर दिसम्बर disambar",
        ),
        start=1,
    )
    for name in unicodedata.normalize("NFC", names).split()
}  # fmt: skip
NEGATION = _pattern(
    r"(?:not|no|never|none|nothing|nobody|cannot|without|unable|neither|nor|nunca|ningun[oa]?|ningún|(?<!de )nada|nadie"
    r"|sin|ni|tampoco|jamás|नहीं|नही|न|ना|मत|बिना|nahi|nahin|nahee|na|mat|bina)(?![\w\u0900-\u0963])|\w+n't"
)
# Words of a template that another language may well put with a "not".
HALF_NEGATION = _pattern(
    r"(?:only|out of stock|declined|rejected|missing|late|lost|unless|wrong|yet|still|pending|until|as soon as"
    r"|instead|less|fewer|before|too)(?![\w\u0900-\u0963])"
)
CLAUSE = re.compile(
    r"[.,;:!?¿¡।()\n]+|(?<![\w\u0900-\u0963])(?:but|and|pero|y|e|lekin|aur|लेकिन|और|परंतु|मगर)(?![\w\u0900-\u0963])"
)
# Words with a capital that no language needs from us.
PLAIN_CAPITALS = frozenset("i i'm i'll ok usted ustedes ud uds sí si no eur usd gbp inr jpy rs".split())  # noqa: SIM905
