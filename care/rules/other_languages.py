"""What a customer is told, in their language, when nobody here but a person can read it."""

# ruff: noqa: RUF001
from __future__ import annotations

# Each says: "I do not read <language> well yet, so I have passed our conversation to a colleague, who will get back to
# you."
_PASSED_ON = {
    "ar": "لا أستطيع قراءة العربية جيدًا بعد، لذلك حوّلت محادثتنا إلى أحد الزملاء، وسيتواصل معك.",
    "bn": "আমি এখনও বাংলা ভালোভাবে পড়তে পারি না, তাই আমাদের কথোপকথনটি "
    "একজন সহকর্মীর কাছে পাঠিয়েছি, যিনি আপনার সঙ্গে যোগাযোগ করবেন।",
    "de": "Ich verstehe Deutsch noch nicht gut genug und habe unser Gespräch deshalb an eine Kollegin oder einen "
    "Kollegen weitergegeben. Sie hören bald von uns.",
    "el": "Δεν διαβάζω ακόμη καλά ελληνικά, γι' αυτό διαβίβασα τη συνομιλία μας σε έναν συνάδελφο, ο οποίος θα "
    "επικοινωνήσει μαζί σας.",
    "es": "Todavía no leo bien el español, así que he pasado nuestra conversación a una persona del equipo, que se "
    "pondrá en contacto contigo.",
    "fa": "من هنوز فارسی را به‌خوبی نمی‌خوانم، برای همین گفتگوی ما را "
    "به یکی از همکاران سپرده‌ام که با شما تماس خواهد گرفت.",
    "fr": "Je ne lis pas encore bien le français ; j'ai donc transmis notre conversation à un collègue, qui reviendra "
    "vers vous.",
    "he": "אני עדיין לא קורא עברית היטב, ולכן העברתי את השיחה שלנו לעמית, שיחזור אליך.",
    "hi": "मैं अभी हिंदी अच्छी तरह नहीं पढ़ पाता, इसलिए मैंने हमारी "
    "बातचीत एक सहकर्मी को सौंप दी है, जो आपसे संपर्क करेंगे।",
    "id": "Saya belum bisa membaca bahasa Indonesia dengan baik, jadi percakapan ini sudah saya teruskan kepada "
    "seorang rekan, yang akan menghubungi Anda.",
    "it": "Non leggo ancora bene l'italiano, quindi ho passato la "
    "nostra conversazione a un collega, che la ricontatterà.",
    "ja": "まだ日本語を十分に読むことができないため、この会話を担当者に引"
    "き継ぎました。担当者から改めてご連絡いたします。",
    "ko": "아직 한국어를 잘 읽지 못해서 이 대화를 담당 직원에게 전달했습니다. 담당 직원이 곧 연락드리겠습니다.",
    "nl": "Ik lees nog niet goed Nederlands en heb ons gesprek daarom doorgegeven aan een collega, die contact met u "
    "opneemt.",
    "pl": "Nie czytam jeszcze dobrze po polsku, dlatego przekazałem naszą rozmowę koledze z zespołu, który się z "
    "Państwem skontaktuje.",
    "pt": "Ainda não leio bem português, por isso passei a nossa "
    "conversa a um colega, que entrará em contacto consigo.",
    "ru": "Я пока плохо читаю по-русски, поэтому передал наш разговор коллеге, который с вами свяжется.",
    "sv": "Jag läser inte svenska så bra ännu, så jag har lämnat över "
    "vårt samtal till en kollega, som hör av sig till dig.",
    "ta": "எனக்கு இன்னும் தமிழை நன்றாகப் படிக்கத் தெரியாது, எனவே நமது "
    "உரையாடலை ஒரு சக ஊழியரிடம் ஒப்படைத்துள்ளேன்; அவர் உங்களைத் தொடர்புகொள்வார்.",
    "te": "నేను ఇంకా తెలుగు బాగా చదవలేను, కాబట్టి మన సంభాషణను ఒక "
    "సహోద్యోగికి అప్పగించాను; వారు మిమ్మల్ని సంప్రదిస్తారు.",
    "th": "ฉันยังอ่านภาษาไทยได้ไม่ดีนัก จึงส่งต่อการสนทนาของเราให้เพื่อนร่วมงานแล้ว และเขาจะติดต่อกลับหาคุณ",
    "tr": "Türkçeyi henüz iyi okuyamıyorum, bu yüzden görüşmemizi bir çalışma arkadaşıma aktardım; kendisi size dönüş "
    "yapacak.",
    "uk": "Я поки що погано читаю українською, тому передав нашу розмову колезі, який зв'яжеться з вами.",
    "ur": "میں ابھی اردو اچھی طرح نہیں پڑھ سکتا، اس لیے میں نے ہماری "
    "گفتگو ایک ساتھی کے سپرد کر دی ہے، جو آپ سے رابطہ کریں گے۔",
    "vi": "Tôi chưa đọc tốt tiếng Việt, nên tôi đã chuyển cuộc trò chuyện của chúng ta cho một đồng nghiệp, người sẽ "
    "liên hệ lại với bạn.",
    "zh": "我还不能很好地阅读中文，所以已将我们的对话转交给一位同事，同事会与您联系。",
}  # fmt: skip
_ELSE = (
    "I do not read your language well yet, so I have passed our conversation to a colleague, who will get back to you."
)


def passed_on(language: str) -> str:
    """The whole reply; in English for a language that we have no words in."""
    return _PASSED_ON.get(language, _ELSE)
