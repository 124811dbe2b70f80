"""The words by which scope.py tells an ask. The first line that fits counts: what is gravest stands first."""

from __future__ import annotations

import re

from care.rules.approved import Approved
from care.rules.patterns import any_of

# Whatever stands between two words of one sentence.
_A_FEW, _SOME = r"[^.!?]{0,25}", r"[^.!?]{0,40}"
_GIVE = (
    r"\b(?:give|gimme|get|want|need|offer|grant|send|deserve|demand|expect|apply|add|owe|request|ask for|like|issue)\b"
)
_RELATIVE = (
    r"(?:wife|husband|partner|girlfriend|boyfriend|mother|mom|mum|father|dad|friend|brother|sister|son|daughter"
    r"|neighbou?r|boss|colleague|roommate|ex)"
)
_OTHERS = (
    r"(?:(?:another|other|every|all (?:the )?(?:other )?)\s*(?:customer|user|client|person|people)(?:'?s)?'?"
    rf"|(?:someone|somebody|anyone) else(?:'?s)?|(?:my|his|her|their) {_RELATIVE}(?:'s)?)"
)
_MINE = (
    r"(?:orders?|address(?:es)?|accounts?|data|refunds?|wallets?|e-?mails?|phone(?: number)?|details?|parcels?"
    r"|packages?|subscriptions?|payments?|balances?|names?|info(?:rmation)?|customers?|users?|profiles?|everything|anything)"
)
_STAFF = (
    r"(?:staff|employee|driver|courier|agent|colleague|delivery (?:guy|man|woman|person|driver)|representative|rep"
    r"|support person|manager)s?"
)
_CHARGE = r"(?:fees?|shipping|delivery (?:costs?|charges?|fees?)|charges?|costs?)"

ASKS: dict[Approved, re.Pattern[str]] = {
    "injury": any_of(
        r"\ballergic (?:reaction|shock)\b|\banaphyla\w*|\b(?:food )?poison(?:ed|ing)\b|\bhospital\b|\bambulance\b",
        r"\b(?:made|makes|making|got|get|feel|felt|been|am|are|is|was|were|became|fell)"
        r"(?: (?:me|us|my \w+|him|her|really|very|so|quite))* (?:sick|ill|unwell|nauseous)\b(?! of\b| and tired)",
        r"\b(?:injur(?:ed|y|ies)|hurt my\w*|cut (?:my|his|her) (?:hand|finger|lip|mouth|tongue)|burn(?:ed|t) my\w*)\b",
        r"\b(?:electrocuted|electric shock|caught fire|exploded|chok(?:ed|ing) on|broke my tooth)\b",
        r"\b(?:vomit\w*|threw up|throwing up|rash|hives)\b",
    ),
    "legal": any_of(
        r"\b(?:lawyer|attorney|solicitor|lawsuit|litigation|ombudsman|small claims)s?\b",
        r"\blegal (?:action|steps|team|department|proceedings|claim)s?\b",
        r"\b(?:sue|suing) (?:you|your|the|this|care)\b|\bsee you in court\b|\btak(?:e|ing) (?:you|this|it) to court\b",
        r"\bconsumer (?:protection|court|forum|advocate|rights)\b|\b(?:go|going|report (?:you|this)) to the police\b",
    ),
    "fraud": any_of(
        r"\baccount (?:was|is|has been|got|might be|may be|may have been) (?:hacked|stolen|compromised|taken over)\b",
        r"\b(?:hacked|stole|hijacked|broke into|got into) (?:into )?my (?:account|profile|login|password|identity)\b",
        r"\b(?:someone|somebody|a stranger)(?: else)?(?: is| has been| was| keeps)? (?:us(?:es|ed|ing)|logged in"
        r"|order(?:s|ed|ing)|access(?:ed|es|ing)|logged|logging|signed in|took over)\b[^.!?]{0,20}"
        r"\bmy (?:account|login|profile|name)\b",
        r"\b(?:stole|stolen|cloned|stealing) my (?:credit |debit |bank )?card\b|\bidentity theft\b|\bphishing\b",
        r"\bmy (?:card|wallet|phone)(?: \w+){0,2} (?:was|got|has been|is) stolen\b|\bstolen (?:credit )?card\b",
    ),
    "press": any_of(
        r"\bi(?:'m| am) (?:an? )?(?:\w+ )?(?:journalist|reporter|blogger|editor)\b|\bwriting (?:an article|a story)\b",
        r"\bpress (?:enquir|inquir|request|office|contact|department|team|officer)\w*",
    ),
    "data": any_of(
        r"\bgdpr\b|\bdsgvo\b|\bdata (?:protection|privacy|subject|export)\b|\bright to be forgotten\b",
        r"\b(?:delete|erase|remove|wipe|export|download|copy of|hand over|access to|provide|send me)\b[^.!?]{0,30}"
        r"\b(?:my|all|personal|the) (?:\w+ )?(?:data|information (?:about me|you (?:have|hold|store|keep)))\b",
        r"\b(?:what|which) (?:personal )?(?:data|information) (?:do you|you) (?:have|hold|store|keep|collect)"
        r" (?:about|on) me\b",
        r"\bprivacy (?:policy|officer|request|notice)\b",
    ),
    "business": any_of(
        r"\b(?:bulk|wholesale|b2b|franchise|dealership|for resale|resell(?:er|ing)?)\b|\bsponsor(?:ship)?\b",
        r"\bbecome (?:an? |your )?(?:partner|dealer|supplier|distributor|affiliate)\b|\bpartnership\b",
        r"\bcorporate (?:order|account|gift)s?\b|\b(?:for|in) (?:my|our) (?:shop|store|restaurant|cafe|hotel|office"
        r"|company|business)\b[^.!?]{0,30}\b(?:\d{2,}|large|many)\b",
    ),
    "invoice": any_of(
        r"\b(?:send|give|get|need|want|have|issue|provide|e-?mail|download|print|make|write|find|see|like|request"
        rf"|where(?:'s| is| are))\b{_A_FEW}\b(?:invoice|tax receipt|vat receipt|proof of purchase)s?\b(?! number)",
        r"\b(?:invoice|bill|receipt) (?:for|with|made out to|in the name of) (?:my|our|the) (?:company|business)\b",
        r"\bvat\b|\btax (?:invoice|refund|number|id|return|exempt\w*|office)\b|\bgst\b",
    ),
    "staff": any_of(
        rf"\b(?:your|the|that|an?) (?:\w+ )?{_STAFF}\b{_SOME}\b(?:rude|insult\w*|swore|shout\w*|yell\w*|threat\w*"
        r"|racist|sexist|drunk|unprofessional|aggressive|harass\w*|disrespectful|hung up on|laughed at|lied to)\b",
        rf"\bcomplain(?:t)? (?:about|against) (?:an?|the|your|one of your) (?:\w+ )?(?:{_STAFF}|member)\b",
    ),
    "jobs": any_of(
        r"\b(?:are you|you guys) hiring\b|\bjob (?:opening|offer|vacanc\w+|application|interview)s?\b|\bvacanc\w+\b",
        r"\bwork (?:for|at) you\b|\b(?:my|a) (?:cv|resume)\b|\binternship\b|\bapply for (?:a|the) (?:job|position)\b",
    ),
    "setup": any_of(
        r"\b(?:system|initial|hidden|secret|original|your|developer) (?:system )?(?:prompts?|instructions|guidelines"
        r"|configuration)\b(?! (?:for|of|on|to) )",
        rf"\b(?:print|show|reveal|repeat|output|display|leak|dump|tell me|what(?:'s| is| are))\b{_A_FEW}"
        r"\b(?:prompt|source code|api key|secret key|credentials|environment variables|\.env)\b",
        r"\b(?:which|what) (?:language |ai )?(?:model|llm|gpt) (?:are|do|is|powers)\b"
        r"|\bare you (?:(?:chat ?)?gpt|claude|llama|gemini)\b",
        r"\bwhat(?:'s| is| are) (?:your|the) (?:password|passcode|secret)\b(?! (?:to|of|for) my)",
    ),
    "authority": any_of(
        r"\b(?:i am|i'm|im|this is|speaking as|as) (?:the |an? |your |one of your )?(?:system |site |shop |care )*"
        r"(?:admin(?:istrator)?|developer|dev|engineer|owner|ceo|supervisor|moderator|employee|root|superuser|tester)\b"
        r"(?! (?:at|of|in|for) (?!care|the shop|this|your))",
        r"\b(?:admin|developer|dev|debug|god|sudo|root|maintenance|test|jailbreak|dan) (?:mode|override|access)\b",
        r"\bsudo\b|\boverride (?:code|all)\b|\bi work (?:for|at) (?:you|this (?:shop|company)|care|the shop)\b",
    ),
    "other_customer": any_of(
        # "I received someone else's parcel" is a claim of their own.
        rf"(?<!received )(?<!got )(?<!sent me )(?<!sent us )(?<!gave me )\b{_OTHERS} {_MINE}\b",
        rf"\b{_MINE} (?:\w+ )?(?:of|for|from|belonging to) {_OTHERS}(?! {_MINE})\b",
        rf"\b{_MINE}\b{_A_FEW}(?:\bCUST[-_ ]?\w*\d\w*|(?:of|for|from|by) [\w.+-]+@[\w-]+)",
        rf"\bCUST[-_ ]?\w*\d\w*(?:'s)?\b{_A_FEW}\b{_MINE}\b|[\w.+-]+@[\w-]+\.\w+'s {_MINE}\b",
        rf"\b(?:list|show|tell|give|who are|names? of|export|dump)\b{_A_FEW}\b(?:all|other|your|every) (?:the )?"
        r"(?:other )?(?:customers?|users?|clients?|accounts)\b",
        r"\b(?:switch|change|log) (?:me )?(?:in )?(?:to|into|as) (?:customer|user|account) (?:id )?\w*\d",
        r"\bmy (?:customer )?id is (?:really |actually |now )?CUST",
    ),
    "for_somebody_else": any_of(rf"\b(?:on behalf of|in the name of) (?:an?|the|{_OTHERS})\b"),
    "discount": any_of(
        r"\b\d{1,3}\s*(?:%|percent|per cent|pct)\s*(?:\w+ ){0,2}(?:off|discount|rebate|reduction|cheaper|less|back)\b",
        rf"{_GIVE}{_SOME}\b(?:discount|voucher|coupon|promo(?:tion(?:al)?)?(?: code)?|rebate|price reduction|cashback"
        r"|free (?:shipping|delivery|item|product|gift|sample|month)|something for free|freebie)s?\b(?! instead)",
        r"\b(?:discount|voucher|coupon|promo|rebate|cashback)(?:s| codes?)?\b"
        rf"{_SOME}(?:\bplease\b|\bpls\b|\bor (?:i|else)\b|\bfor me\b|\bnow\b|\?)",
        r"^\W*(?:an? |any |my )?(?:\w+ )?(?:discount|voucher|coupon|promo code|rebate)s?(?: codes?)?\W*$",
        r"\bany (?:discount|voucher|coupon|promo(?:tion)?|deal|special offer)s?\b"
        r"|\b(?:student|senior|loyalty|vip|military|staff|employee) discount\b",
        rf"\b(?:waive|drop|remove) (?:the |my |all )?(?:\w+ )?{_CHARGE}\b|\bfree of charge\b",
        r"\b(?:make|let) (?:it|this|me have (?:it|this)|that|my order) (?:be )?(?:for )?free\b",
    ),
    "price": any_of(
        r"\b(?:lower|reduce|change|drop|match|cut|negotiate|beat|adjust|set)\b[^.!?]{0,15}\bpric(?:es?|ing)\b",
        r"\b(?:make|sell|give|let)\b[^.!?]{0,20}\bcheaper\b|\bprice[- ]match\w*|\b(?:better|best) price\b|\bhaggle\b",
        r"\b(?:sell|give|let me (?:buy|have))\b[^.!?]{0,30}\bfor (?:only |just )?"
        r"(?:[€$£₹]\s?\d+|\d+ ?(?:€|euros?|dollars?|cents?|rupees?|pounds?))",
    ),
    "faster": any_of(
        rf"\b(?:speed up|expedite|hurry up|fast[- ]track|prioriti[sz]e)\b{_A_FEW}\b(?:it|my|the|this|delivery)\b",
        r"\brush (?:my|the|this) (?:order|delivery|parcel|package|shipping)\b",
        rf"\b(?:deliver|ship|send|get|bring)\b{_A_FEW}\b(?:faster|quicker|within (?:an|one|\d+) hours?|right now)\b",
    ),
    "other_account": any_of(
        rf"\b(?:refund|money back|pay(?: it| me)?|send it|transfer it)\b{_SOME}\b(?:to|on|into|onto) "
        r"(?:(?:an?|my|the|this|his|her|that) )?(?:(?:other|another|different|new|second|bank|paypal|crypto|bitcoin"
        rf"|{_RELATIVE}'?s?) ?)+(?:credit |debit )?(?:accounts?|cards?|iban)\b",
        rf"\b(?:refund|money back|pay (?:it|me))\b{_SOME}\b(?:to|on|into|onto|by|via) (?:(?:an?|my|the|this) )?"
        r"(?:bank|paypal|iban|crypto|bitcoin)\b|\biban\b",
    ),
    "decision": any_of(
        rf"\b(?:approve|authori[sz]e|accept|grant|release|push through|mark)\b{_A_FEW}"
        rf"\b(?:my|the|this|that|all|every|any|it)\b{_A_FEW}\b(?:refunds?|claims?|case|request|approved|refunded)\b",
        r"\b(?:approve|accept|pay out) REF",
        r"\b(?:promise|guarantee|assure|swear)\b[^.!?]{0,30}\b(?:i(?:'ll| will)|get|me|that|my)\b"
        rf"{_A_FEW}\b(?:refund|money|paid|approved|replacement)\w*",
        r"\bwill (?:my|the|this) (?:refund|claim|request) be (?:approved|accepted|granted)\b",
    ),
    "promise": any_of(
        r"\b(?:manager|supervisor|colleague|agent|boss|support|staff|representative|employee|lady|guy|person|someone"
        rf"|somebody|they)\b{_A_FEW}\b(?:promised|guaranteed|assured|agreed|approved|authori[sz]ed|already said)\b",
        r"\b(?:told|said|promised)\b[^.!?]{0,20}\bi (?:would|will|could|can|'d|should) (?:get|have|receive)\b",
    ),
    "outside_policy": any_of(
        r"\bmake (?:me )?an exception\b|\bjust this once\b|\bbend the rules?\b",
        r"\b(?:ignore|forget|skip|bypass|override|despite|regardless of|no matter) (?:the |your |any )?(?:\w+ )?"
        r"(?:policy|policies|rules?|window|deadline|checks?|review|conditions)\b",
        r"\b(?:as|i(?:'m| am)) (?:an? |your )*(?:vip|loyal|premium|gold|platinum|long[- ]?(?:time|standing)|best"
        r"|valued|regular) (?:customer|member|client|user)\b|\bas a vip\b|\bi(?:'m| am) (?:a )?vip\b",
        r"\brefund (?:me )?(?:without|before) (?:\w+ )?(?:checking|review|evidence|asking|photo|question)\w*",
    ),
    "advice": any_of(
        r"\b(?:medical|legal|financial|tax|investment|health) advice\b|\bshould i (?:see a doctor|invest|sue)\b",
        r"\b(?:cure|treat|diagnos\w+) my\b|\bhow much (?:\w+ ){0,4}should i (?:take|drink|eat)\b",
        rf"\b(?:safe|ok|okay|good|suitable|healthy) (?:for|if|when|during|to (?:eat|drink|take|give))\b{_A_FEW}"
        r"\b(?:bab(?:y|ies)|toddler|infant|pregnan\w*|diabet\w*|allerg\w*|intoleran\w*|kidney|heart|blood pressure"
        r"|medication|breastfeed\w*|celiac|coeliac)",
        r"\bhelp (?:me )?(?:lose weight|with my (?:pain|illness|diabetes|allergy))\b",
    ),
    "opinion": any_of(
        r"\bwhat (?:do|would) you (?:think|recommend|suggest|prefer|advise|choose|buy|take)\b",
        r"\bwhich (?:one |\w+ )?(?:do|would|should) (?:you|i) (?:recommend|prefer|choose|buy|take|get|suggest)\b",
        r"\b(?:your|an) (?:honest |personal )?(?:opinion|favou?rite|recommendation)\b|\brecommend me\b",
        r"\bdo you (?:like|love|prefer|recommend)\b|\b(?:can|could) you recommend\b",
        r"\bis (?:it|this|that|the \w+(?: \w+)?) (?:any good|worth it|worth buying|tasty|delicious|better than)\b",
        r"\bwhich (?:one |\w+ )?(?:is|tastes) (?:the )?(?:best|better)\b",
    ),
}
