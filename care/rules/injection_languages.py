"""The same orders in other languages: a verb that sets aside, near a word for what was ordered before."""

from __future__ import annotations

from care.rules.injection_rules import Rule, rule

# Language: (imperatives of "ignore" and "forget", what an assistant was told before). Letters without accents.
_ASIDE = {
    "German": (
        r"\b(?:ignorier(?:e|en sie)\b|vergiss|vergessen sie|missachte\b|ubergehe\b|hore nicht auf\b|abweichend (?:zu"
        r"|von)\b)",
        r"(?:anweisung|instruktion|aufgabe|auftrage|vorgabe|prompt|regeln|befehl|obige|alle (?:vorherigen|bisherigen)"
        r"|alles,? (?:davor|vorher|bisher|gesagte|zuvor|was (?:ich|du|dir|man|wir)))",
    ),
    "French": (
        r"(?<!n')\b(?:ignorez?|oubliez?|ne (?:tenez|tiens) pas compte|negligez?)\b",
        r"(?:instructions|consignes|directives|regles|tout ce qu[ei] (?:precede|vous|tu|je (?:vous|t'))|ci-dessus"
        r"|la (?:page|fonction)|l'article)",
    ),
    "Spanish": (
        r"(?<!no )\b(?:ignor[ae]|olvid[ae]|(?:tienes|debes) que olvidar|haz caso omiso|descarta|no hagas caso)\b",
        r"(?:instruccion|indicaciones|ordenes|reglas|todo (?:lo )?(?:anterior|que (?:te|sabes|dig|dij))|la (?:pagina"
        r"|funcion))",
    ),
    "Italian": (
        r"(?<!non )\b(?:ignora(?:te)?|dimentica(?:te)?|trascura)\b",
        r"(?:istruzion|direttive|regole|tutto (?:cio|quello) che (?:ti|vi|hai|sai|precede)|(?:comandi"
        r"|ordini) precedent)",
    ),
    "Portuguese": (
        r"(?<!nao )\b(?:ignor[ae]|esquec[ae]|desconsider[ae])\b",
        r"(?:instruc|ordens|regras|tudo (?:o )?que (?:te|voce|sabe|foi))",
    ),
    "Dutch": (
        r"\b(?:negeer|vergeet)\b(?! niet)",
        r"(?:instructies|opdrachten|aanwijzingen|regels|alles (?:hiervoor|wat (?:je|ik)))",
    ),
    "Polish": (r"(?<!nie )\b(?:zignoruj|ignoruj|zapomnij)\b", r"(?:instrukcj|polecen|zasad|wszystk\w+ (?:co|powyzej))"),
    "Swedish and Danish": (r"\b(?:ignorera|ignorer|glom|glem)\b(?! inte| ikke)", r"(?:instruktion|anvisning|instruks)"),
    "Serbian and Croatian": (r"\b(?:zaboravi|zanemari|ignorisi|ignoriraj)\b", r"(?:instrukcij|upute|uputstva|naredb)"),
    "Indonesian": (r"\b(?:abaikan|lupakan)\b", r"(?:instruksi|perintah|aturan)"),
    "Russian and Ukrainian": (
        r"(?<!не )\b(?:игнорир(?:уй|овать)|проигнорируй|забудь|не обращай|ігноруй)",
        r"(?:инструкц|указани|правил|предыдущ|інструкц|вказівк)",
    ),
    "Greek": (r"(?:αγνοησ|ξεχασ|παραβλεψ)", r"(?:οδηγι|εντολ|κανον|προηγουμεν)"),
    "Chinese": (r"(?:忽略|无视|忘记|忽視|無視|忘掉)", r"(?:指令|指示|规则|提示|以上|之前的)"),
    "Arabic": (r"(?:تجاهل|انس )", r"(?:التعليمات|الأوامر|القواعد|تعليمات)"),
}  # fmt: skip
# Here the verb comes last.
_ASIDE_LAST = {
    "German": (
        r"(?:anweisung|instruktion|ausfuhrung|vorgabe|angabe)\w*",
        r"(?:zu )?(?:ignorieren|vergessen|missachten)\b(?! sie| wurde)",
    ),
    "Turkish": (r"(?:talimat|komut|kural)", r"(?:yok say|gormezden gel|unut\b|dikkate alma)"),
    "Hindi in Latin letters": (
        r"\b(?:rules?|niyam\w*|nirdesh\w*|instructions?|policy)\b",
        r"\b(?:bh?oo?l ja|andekh[ai] kar|nazarandaz kar|ignore kar)",
    ),
    "Hindi": (r"(?:निर्देश|आदेश|नियम)", r"(?:अनदेखी कर|अनदेखा कर|भूल जा|नज़रअंदाज|नजरअंदाज|उपेक्षा कर)"),
    "Japanese": (r"(?:指示|命令|指令|ルール|プロンプト|上記)", r"(?:無視し|忘れ)"),
    "Korean": (r"(?:지시|명령|지침|규칙|프롬프트)", r"(?:무시하|잊어)"),
}  # fmt: skip
_SECRETS = (
    r"\b(?:passwort|kennwort|contrasena|mot de passe|la password|parola d'ordine|palavra-passe|a senha|wachtwoord"
    r"|haslo)\b[^.\n]{0,20}\?"
    r"|¿[^?\n]{0,30}\bcontrasena|パスワード(?:は何|を教え|について教え)|пароль[^.\n]{0,20}\?|密码是什么"
    r"|비밀번호(?:는|가) 무엇|पासवर्ड क्या"
    r"|κωδικ\w+[^.\n]{0,20}[;?]"
    r"|\b(?:quel(?:le)? est|qual e|cual es|wie (?:lautet|ist))\b[^.\n]{0,20}\b(?:passwort|kennwort|contrasena"
    r"|mot de passe|password|senha)"
)
_ROLES = (
    r"\b(?:nun bist du|jetzt bist du|du bist (?:jetzt|nun|ab jetzt|keine|eine (?:bose )?ki)|ab jetzt (?:bist"
    r"|antwortest)|stell dir vor,? du bist"
    r"|tu es (?:maintenant|desormais)|agis comme|eres ahora|ahora eres|actua como|sei ora|ora sei|agisci come"
    r"|voce e agora|agora voce e"
    r"|aja como|je bent nu|jestes teraz)\b|\bich mochte,? dass (?:sie|du) als\b[^.\n]{0,60}(?:fungier|agier|auftr"
    r"|handel)"
    r"|ты теперь|теперь ты|вы теперь|あなたは今から|你现在是|너는 이제|अब आप एक"
)
_ORDERS = (
    r"\b(?:neue (?:anweisungen|aufgaben?|instruktionen|herausforderung)|weitere aufgaben|folgende[rn]? (?:frage"
    r"|aufgabe)|(?:zweite|nachste) test"
    r"|deine (?:aufgabe|instruktionen|anweisungen|prompts?)|prompt-?texte?s?|nouvelles? (?:instructions|taches?)"
    r"|nuevas? (?:instrucciones|tareas?)"
    r"|nuov[ei] (?:istruzioni|compiti)|novas? (?:instrucoes|tarefas?))\b|новые инструкции|新しい指示"
    r"|新的指令|새로운 지시"
)
_TASKS = (
    r"(?:^|[.!?:,\n]\s*|\bsondern )(?:schreibe?|verfasse|generier(?:e|en sie)|formulier(?:e|en sie)|erfinde)\b(?: mir"
    r"| uns| nur)?[^.!?\n]{0,40}"
    r"(?:gedicht|aufsatz|geschichte|uberschrift|c\+\+|code|sql|text|begrundung|demokratie|rede|tot )"
    r"|\bantworte (?:im stil|mit|nur|als)\b|\b(?:escribe|redacta|ecris|scrivi|escreva) (?:un|una|une|uma|um)\b"
    r"|\b(?:sage|sag|zeig) (?:ja|nein|mir (?:alle )?deine)|\b(?:di|diga|dites|dis) (?:lo siguiente|ce qui suit)"
    r"|\bmussen sie sich merken\b"
    r"|скажите (?:следующее|по)|напиши(?:те)? (?:стих|рассказ|код|эссе)"
)

OTHER_LANGUAGES: list[Rule] = [
    rule(
        "sets orders aside", 3,
        *(f"(?:{first})[^!?\\n]{{0,40}}(?:{then})" for first, then in (*_ASIDE.values(), *_ASIDE_LAST.values())),
    ),
    rule("casts it in a role", 3, _ROLES),
    rule("gives new orders", 3, _ORDERS),
    rule("asks for secrets", 3, _SECRETS),
    rule("sets a task", 3, _TASKS),
]  # fmt: skip
