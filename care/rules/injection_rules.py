"""What gives away that a text speaks to a machine: patterns with weights, matched against plain small letters.

They are general on purpose. Whoever gives orders to an assistant sets its old orders aside, casts it in a role, names
its inner parts, dictates the shape of its answer or the decision, asks for secrets, or sets it a task of its own.
ENOUGH points tell; a customer who asks a person to ignore an e-mail or to approve a refund stays below that.
"""

from __future__ import annotations

import re
from typing import NamedTuple

ENOUGH = 3


class Rule(NamedTuple):
    name: str
    weight: int
    pattern: re.Pattern[str]


def rule(name: str, weight: int, *patterns: str) -> Rule:
    return Rule(name, weight, re.compile("|".join(f"(?:{pattern})" for pattern in patterns)))


_NEAR = r"[^.!?\n]{0,50}?"
# Where an order may begin: a sentence, a clause, or a polite opening.
_START = r"(?:^|[.!?:;,\n\"'*)\]-]\s*|\b(?:please|now|just|and|then|but|you to|can you|could you|instead|must|to)\s+)"
_AI = (
    r"(?:a\.?i\b|(?:chat)?gpt\b|(?:chat-?)?bot\b|llm\b|(?:large )?language model|assistant\b|gemini\b|claude\b"
    r"|copilot\b"
    r"|dan\b|neural net\w*|(?:ai|automated) (?:model|judge|reviewer|agent|system))"
)
_SET_ASIDE = r"(?<!me to )\b(?:ignor(?:e|ing)|disregard(?:ing)?|overlook|bypass|override|overrule|neglect|forget)\b"
_STANDING = (
    r"(?:\b(?:instructions?|directions|directives?|guidelines?|prompts?|programming|restrictions|boundaries"
    r"|system message)\b"
    r"(?! manual| leaflet)"
    r"|\b(?:previous|prior|preceding|earlier|foregoing|existing) (?:tasks?|orders|inputs?|rules|commands?|texts?"
    r"|assignments?)\b"
    r"|\b(?:your|all|these|any|all the) (?:rules|tasks|assignments|orders|limits|safety|training|polic\w+)\b)"
)
_WHATEVER = r"(?:about )?(?:all|every?thing|anything|what(?:ever)?(?! i\b)|that|the rest)\b"
_BEFORE = (
    r"\b(?:above|before|beforehand|previously|so far|you know|you have been|you've been|(?:told|taught|gave) you"
    r"|we discussed)\b"
)
_ANSWER = r"(?:answers?|repl(?:y|ies)|responses?|outputs?|messages?|verdict|summary)\b"
_RESHAPE = (
    r"(?:encode|translate|render|reverse|scramble|rearrange|replace|substitute|integrate|augment|enhance|modify"
    r"|convert|group"
    r"|rewrite|invert|insert|append|prepend|split|jumble|shuffle|infuse|incorporate|embed|weave|slip|apply|disguise)\b"
)
_SPICE = (
    r"(?:\"|\b(?:sentences?|statements?|tips?|reminders?|teasers?|hints?|rumou?rs?|statistics?|facts?|emojis?"
    r"|symbols?|anagrams?"
    r"|numbers for|cipher|misspell\w*|slang|promotions?|slogans?|adverti\w+|jokes?|quotes?|typos?|metaphors?)(?:\b|$))"
)
_NO_ORDER = (
    r"(?:please|i|we|you|they|he|she|there|it|the|my|your|our|this|that|these|those|an?|no|not|nothing|all|is|was)"
)
_CODES = (
    r"(?:base ?\d\d|rot ?-?13|morse(?: code)?|(?:caesar|substitution|\w*alphabetic) (?:cipher|shift|substitution)"
    r"|pig latin|hex(?:adecimal)?|binary|anagram\w*|leetspeak)"
)
_LANGUAGE = (
    r"(?:english|french|german|spanish|italian|portuguese|russian|polish|dutch|japanese|chinese|korean|arabic|hindi"
    r"|turkish|latin|greek|swedish)"
)
_CONFIDENCE = (
    r"(?:pass(?:word|code|phrase|key)s?|secrets?|api keys?|access (?:code|token)s?|credentials|confidential \w+)\b"
)
_PIECE = (
    r"(?:poems?|essays?|stor(?:y|ies)|haikus?|acrostics?|pleas?|manifestos?|limericks?|songs?|lyrics|jokes?|scripts?"
    r"|sql|recipes?"
    r"|c\+\+|python|javascript|source code|novels?|speech|blog post|tweets?|headlines?|screenplay|phishing|raps?"
    r"|sonnets?|fairy tale)"
)

ENGLISH = [
    rule(
        "sets orders aside", 3,
        rf"{_SET_ASIDE}(?! to (?:put|add|include|send|pack)){_NEAR}{_STANDING}",
        rf"{_SET_ASIDE} {_WHATEVER}{_NEAR}{_BEFORE}",
        rf"{_SET_ASIDE} (?:all |any )?(?:of )?(?:the |this )?(?:above|below|preceding|foregoing|web ?page|articles?"
        rf"|resume|function)\b",
        rf"{_SET_ASIDE} (?:all|any|the) (?:\w+ )?(?:documents?|data|tables?|files?) (?:provided|given|and (?:say"
        rf"|state|output))\b",
        r"\bforget about every?thing\b",
        rf"{_START}(?:set|put|lay|leave) (?:aside {_NEAR}{_STANDING}|{_NEAR}{_STANDING}{_NEAR}\baside\b)",
        r"(?:ignore|disregard|forget|override)\w{0,25}(?:instruction|prompt|rules|above|guideline|order)",
        r"\b(?:regardless of|contrary to|instead of following) (?:any |all |your |the )?(?:pre-?existing|previous"
        r"|prior|earlier)\b",
        r"\b(?:do not|don'?n?'t|never) (?:follow|obey|apply|look in|answer|use)\b[^.!?\n]{0,30}\b(?:instruction|rule"
        r"|prompt|guideline"
        r"|document|question)",
        r"\b(?:what|which) (?:are|were) your (?:\w+ )?instructions\b(?! (?:for|on|about|to))",
        r"\b(?:change|replace|update|overwrite|erase) (?:all )?your (?:\w+ )?(?:instruction|prompt|rule|directive"
        r"|guideline|database)",
    ),
    rule(
        "gives new orders", 3,
        r"\b(?:new|next|additional|further|updated|special|follow(?:ing)? (?:these|my)) (?:(?!delivery|assembly|care"
        r"|safety|shipping)\w+ )?"
        r"(?:instructions?|directives?|commands?)\b(?! (?:manual|booklet|leaflet|(?:for|to) (?:the|my|your"
        r"|our) (?:courier|driver|carrier|post\w*)))",
        r"\b(?:focus|concentrate) (?:only |now )*on (?:your|the|this) (?:\w+ )?task",
        r"\b(?:new|next|another|more|other|different) (?:\w+ )?(?:tasks?|assignments?)\b(?! (?:chair|lamp|light|bar"
        r"|manager))",
        r"\byour? (?:new |only |next |real |actual )?(?:task|role|mission|objective) (?:is|will be)\b",
        r"\bassigned (?:a|this|the) task\b|\bhere comes the (?:\w+ )?(?:test|task)\b",
    ),
    rule(
        "casts it in a role", 3,
        rf"\byou(?:'re| are| will be| shall be)\b(?![^.!?\n]{{0,40}}\bmy\b)[^.!?\n]{{0,40}}\b{_AI}",
        rf"{_START}(?:pretend (?:to be|you|that you)|imagine (?:you are|you're|being|that you)\b)",
        r"(?:^|[.!?:]\s*)be an? (?:dj|pirate|poet|comedian|critic|translator)\b",
        r"(?:^|[.!?:;,\n]\s*|\b(?:please|now|you to|you will|you must) )(?:act|behave|role-?play"
        r"|function) as (?:if you|though you|an? |the |my )",
        r"\bact as an? (?:\w+ ){0,2}(?:interpreter|terminal|console|compiler|debater|interviewer|translator|corrector"
        r"|\w*writer|storyteller)\b",
        r"\bi want you to (?:act|be (?:an? |the |my )|pretend|play|behave|respond)\b|\bimmerse yourself\b"
        r"|\byou are going to (?:pretend|act|play)",
        r"\byou are now (?:an? |the |in |running|operating|known|called|free from|[a-z]*bot\b)"
        r"|\bnow you are (?!\w+ing\b)[a-z]+",
        r"\bfrom now on,? (?:you (?:are|will)|answer|respond|reply)\b|\byou(?:'re| are) (?:running|operating) (?:as"
        r"|in)\b",
        r"\b(?:answer|write|reply|respond|speak)\b[^.!?\n]{0,60}\bin the (?:style|voice|manner) of\b",
        r"\b(?:actors?|acting characters?)\b[^\n]{0,200}\bbreak(?:ing)?\b",
    ),
    rule(
        "names its inner parts", 3,
        r"\b(?:system|hidden|initial|full|original|entire|secret) prompts?\b(?! (?:me|for)\b)|\b(?:prompt"
        r"|system)[ _-](?:texts?|message)\b(?!\?)",
        r"\byour (?:\w+ )?(?:prompts?|embeddings?|system message|context window|training data|neural net\w*"
        r"|programming)\b",
        r"\b(?:developer|dev|debug|god|admin|maintenance|system|root|sudo) mode (?:enabled|activated|on\b|:)"
        r"|<\w+ mode>|\boverride mode\b",
        r"\b(?:enter(?:ing)?|enable|activate|with|you are (?:now )?in) (?:an? |the )?(?:developer|dev|god|admin|sudo"
        r"|jailbreak|unrestricted|\w*override) mode",
        r"\b(?:do anything now|jail ?break|training data override|system override|hidden functionalit)"
        r"|\b[a-z]\d+_override\b",
        r"\b(?:no|without|free of|not subject to)\b[^.!?\n]{0,30}\b(?:content filter|filtering|filters|censorship"
        r"|restrictions or)",
        r"<\|?(?:im_start|im_end|system|endoftext|user|assistant)\b[^>\n]{0,30}\|?>|\[/?(?:inst|system|sys)\]|<<sys>>",
        r"<[a-z]+[_-](?:config|rules?|instructions?|override|mode|prompt|policy)>|\ballowed (?:modes|responses)\b",
        r"(?:^|\n)\W{0,5}(?:system|assistant|developer) (?:note|message|prompt|override) ?:",
        r"(?:^|\n)\W{0,5}(?:system|assistant|developer) ?: ?(?:you|the claim|approve|set|mark|ignore|override|new"
        r"|decision)",
        r"={4,} ?end\b(?! of (?:invoice|document|page|statement))|-{3,} ?(?:begin|end) (?:of )?(?:claim|data|user"
        r"|input|prompt|context|system)",
        r"(?:^|\s)\$[a-z]{4,}:|\{?\b(?:generator|system|user|assistant)\.name\b",
        rf"\b(?:attention|hello|hi|hey|dear|hallo|hola|bonjour|(?:note|message|instructions?) (?:to|for)),? (?:the "
        rf"|any |all |every )?(?:\w+ing )?{_AI}",
        r"\bto (?:the|any|all|every) (?:\w+ing )?(?:ai|llm|gpt|language model)s?\b",
        r"\b(?:model|assistant|ai|bot|llm) (?:that is |which is |is )?(?:reading|reviewing|judging|processing"
        r"|assessing|evaluating) this\b",
        rf"\b(?:as|being|if you(?:'re| are)) an? {_AI}",
        r"\b(?:test|training|evaluation) (?:pipeline|harness|exercise)\b|\boutput (?:from|of) executing\b",
        r"\bassume we have (?:\w+) strings\b|(?:\b[a-z] ?(?:=|is) ?\"[^\"\n]+\"[^\n]{0,20}){2}|\bpart \d is \"",
        r"<!--|<script\b|</?(?:html|head|body|caption|code|table|td)\b",
        r"<\w+[^>\n]{0,80}\bon[a-z]+ ?=|!\[[^\]\n]{0,60}\]\(",
        r"[{,] ?\"[a-z_]+\" ?: ?[\"\[{\d]",
        r"(?:^|\n)\W{0,3}(?:assistant|model) ?:[^\n]{3,200}\n\W{0,3}(?:customer|user|human) ?:",
        r"\bq:[^\n]{3,200}?\ba:[^\n]{3,200}?\bq:",
    ),
    rule(
        "dictates the answer", 3,
        rf"{_START}{_RESHAPE}[^.!?\n]{{0,90}}?\b(?:your (?:\w+ )?{_ANSWER}|(?:the|this) (?:response|answer|reply"
        rf"|output|verdict)\b)",
        rf"{_START}(?:include|add|mention|put|use|give|provide)\b[^.!?\n]{{0,40}}{_SPICE}[^\n]{{0,120}}?"
        rf"\byour (?:\w+ )?{_ANSWER}",
        rf"{_START}{_RESHAPE}[^.!?\n]{{0,20}}\b(?:every|each) (?:\w+ )?(?:letter|vowel|consonant|character|word)\b",
        rf"\byour (?:\w+ )?{_ANSWER} (?:with|in|using|as) [^.!?\n]{{0,20}}{_SPICE}",
        rf"\bin your (?:\w+ )?{_ANSWER}, (?!{_NO_ORDER}\b)\w+",
        rf"\b(?:your|the) (?:\w+ )?{_ANSWER}(?:'s)? (?:backwards?|(?:in|into|as|using|with) (?:an? )?(?:reverse"
        rf"|{_CODES}))",
        rf"\b(?:reply|respond|answer) (?:in|using|with) (?:an? )?(?:reverse|rhymes?|riddles|{_CODES})",
        rf"\b(?:your|the) {_ANSWER}'s (?:words?|letters?|characters?)",
        r"(?:^|[.!?:;,\n]\s*|\b(?:please|now|just|and|then|instead|only) )(?:respond|answer|reply|output|print"
        r"|say)\b[^.!?\n\"]{0,40}\"\w",
        r"\b(?:respond|answer|reply) (?:by performing|only with|only as|with only)\b|\b(?:just|only|instead"
        r"|simply)[ ,:]+(?:and )?output\b",
        r"\b(?:ignore|above|instead)\b[ ,]+(?:and )?(?:print|output|state|say|tell|give)\b(?! (?:sorry|thank|so|when"
        r"|how|if))",
        r"(?:^|[.!?:;\n]\s*)(?:print|output|state|say) (?:the following|that (?:you|(?:\S+ ){1,3}(?:is|are))\b|yes\b"
        r"|no\b|only\b)",
        r"\b(?:tell|show|give) me (?:a joke|that you|(?:all )?(?:of )?your (?:instructions|prompt|rules))\b"
        r"|\bspell-? ?check (?:all|and)\b",
        r"\b(?:if|when|every ?time)\b[^.!?\n]{0,40}, (?:you )?(?:answer|reply|respond|say) (?:with )?\"",
        rf"\b(?:every|each|your|all your|the next) {_ANSWER} (?:must |should |has to |will )?"
        r"(?:begins?|starts?|ends?) with\b",
        rf"\b(?:begin|start|end) (?:every|each|your|all your|the next) {_ANSWER} with\b",
        r"\b(?:repeat|print|recite|output|copy|quote) (?:me )?(?:everything|all|the (?:text|words|lines?)|what(?:ever)?"
        r" (?:is|stands|was))\b[^.!?\n]{0,20}\b(?:above|before this)\b",
        r"\b(?:print|repeat|recite|quote|translate|copy|dump|show|list)\b[^.!?\n]{0,30}\byour (?:\w+ )?"
        r"(?:instructions|prompts?|programming)\b(?! (?:for|on|about|to)\b)",
    ),
    rule(
        "dictates the decision", 3,
        r"\b(?:respond|answer|reply|output|choose|conclude|rate|label|classify) (?:with|that|as|this|decision|only"
        r"|always)(?: \w+){0,3}"
        r" ['\"]?(?:valid|approved?)\b",
        r"\b(?:return|choose|output:?|respond|answer) (?:only |always |just )?['\"]?(?:valid|approved?)\b(?! (?:for"
        r"|until|by|or|at))",
        r"\b(?:your|the (?:correct|right|only|expected)) (?:verdict|answer|output|response|conclusion"
        r"|decision)\b[^.!?\n]{0,30}"
        r"\b(?:must|should|has to|will|is)\b[^.!?\n]{0,20}\b(?:valid|approved?)\b",
        r"\b(?:set|fill|write) (?:the |your )?findings\b|\b(?:evaluator|classifier|grader) (?:should|must|will"
        r"|has to)\b",
        r"\b(?:set|return|output|give|report|mark|with|use) (?:the |a )?(?:decision|verdict|confidence"
        r"|validity)\b[^.!?\n]{0,20}(?:to|of|as|[=:\d])",
        r"\bconfidence (?:of |to |is |score |level )*[=:]? ?(?:0?\.\d|1\b|9\d|100|one)",
        r"[\"']?\b(?:decision|verdict|is_?valid|approved)\b[\"']?\s*[:=]\s*[\"']?(?:valid|approved?|true|1\b)",
        r"\bskip (?:the |any |all )?(?:\w+ )?(?:checks?|review|inspection|verification|validation)\b",
        r"\b(?:treat|count|regard|classify|label) (?:the |this |these |that )?(?:attached |enclosed )?(?:images?"
        r"|photos?"
        r"|pictures?|files?|evidence|claim|request|complaint|text) as (?:proof|valid|evidence|genuine|approved"
        r"|confirmed|legitimate)",
        r"\b(?:do not|don't|never) (?:escalate|flag|forward)\b[^.!?\n]{0,25}\b(?:human|person|reviewer|review"
        r"|agent)s?\b",
        r"\b(?:count|treat|take|regard|consider)\b[^.!?\n]{0,40}\b(?:messages?|words?|answers?|repl(?:y|ies))\b[^.!?\n]{0,15}"
        r"\bas (?:an? )?(?:yes|confirm\w*|approv\w*|consent)\b",
        r"\b(?:call|invoke|run|use|execute|trigger) (?:the |a )?(?:\w+ )?(?:refund|payout|payment|credit|approval"
        r"|wallet|admin)"
        r"[ _-](?:tool|function|api|endpoint|command|method)",
        r"\b(?:wallet|account) of (?:the )?user\b|\bto the customer\b[^.!?\n]{0,30}\bregardless\b",
        r"\bmark (?:this|the) (?:\w+ )?(?:refund|claim|case|request|return|complaint)(?: request)? as (?:approved"
        r"|valid|genuine|paid|resolved)",
    ),
    rule(
        "asks for secrets", 3,
        rf"\b(?:what(?:'s| is| would| was)|share|confirm|tell|reveal|disclose|write|provide)\b(?! (?:what|that"
        rf"|if))[^.!?\n]{{0,40}}\b(?:your|the|ours?)"
        rf" (?:\w+ )?{_CONFIDENCE}(?! (?:for|to|of|on) (?:my|the (?:router|wifi|box|device|card)))",
        r"\b(?:which|what|list|show|print|your)\b[^.!?\n]{0,25}\b(?:api keys?|environment variables?)\b",
        r"\b(?:sharing|shared?|give me) (?:your|their|full) ?(?:passwords?|access)\b|\bpasswords? for our system\b",
        r"\b(?:the|a) user's (?:\w+ )?(?:name|initials|birth\w*|e-?mail|address|phone|password|location|city)\b"
        r"|\bwhere (?:is|does) the user\b|\busers in your\b|\bwhere does [a-z]+ [a-z]+ live\b",
        r"\b(?:give|tell|share|know|using)\b[^.!?\n]{0,20}(?<!my )\b(?!wife|husband|son|mother|father|neighbour"
        r"|neighbor|friend)[a-z]+'s"
        r" (?:birth ?date|e-?mail address|current (?:city|address)|phone number|home address)",
    ),
    rule(
        "sets a task", 3,
        rf"{_START}(?:write|compose|generate|create|draft|provide|give|make|tell|produce|make up|invent|sing)\b(?: me"
        rf"| us| down)?"
        rf"(?: an?| the| some| your)? ?(?:[\w-]+ ){{0,3}}{_PIECE}(?!\w)",
        rf"{_START}(?:summari[sz]e|classify|analy[sz]e|determine|paraphrase|transcribe) (?:this|the|that) (?:\w+ )?"
        r"(?:web ?page|article|text|sentiment|mood|paper|trend|tweet|passage|paragraph)",
        r"\b(?:sentiment|mood|tone) of (?:this|the following)\b|\b(?:negative or positive|positive or negative)\b",
        rf"{_START}translate (?!it\b|them\b|the (?:manual|label|instructions"
        rf"|description))[^.!?\n]{{0,40}}?\b(?:in)?to {_LANGUAGE}\b",
        rf"\b(?:decode|decrypt|decipher) (?:this|the)\b|\b(?:using|in|with) (?:a )?{_CODES}\b|base-?(?:64|32)|rot-?13",
        r"\b(?:execute|run|perform) (?:the|this) (?:following|attached|below) \w+|\bwhat is the output of this\b",
        r"\bexplain (?:the theory|how \w+ works? with)|\bgiven this (?:table|article)\b|\bmain conclusions of this\b",
    ),
    rule(
        "claims authority", 2,
        r"\bi(?:'m| am) (?:god\b|(?:your|an?|the) (?:developer|creator|programmer|administrator|admin|president"
        r"|police officer))",
        r"\b(?:security audit|system upgrade|law enforcement|security override)\b"
        r"|\bpre-?approved by the (?:\w+ )?(?:admin\w*|system|developers?)",
    ),
    rule(
        "stages a test", 2,
        r"\bthis is a test\b|\bsystem malfunction\b|\bdebug(?:ging)? error\b|\bprove (?:that )?you are\b"
        r"|\bunlock (?:hidden|all)\b",
    ),
    rule(
        "makes believe", 2,
        r"\bimagine (?:we're|we are)\b|\blet's imagine\b|\bhypothetical(?:ly)?\b|\btheoretical world\b",
        r"\bin this (?:world|scenario|forest|society|universe)\b|\byou(?:'re| are) (?:the|an?) [a-z]+\. ",
    ),
    rule(
        "commands", 1,
        r"\b(?:you must|you shall|i command you|no matter what|or you(?:'ll| will)? die|exactly as i say"
        r"|and only this|at all times|not supposed to)\b",
        r"\b(?:full|your) (?:copy|list|capabilit\w+|instructions)\b",
    ),
]  # fmt: skip
