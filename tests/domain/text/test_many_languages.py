"""Ordinary sentences in many languages are recognised; short texts are left open; a quotation or a name changes nothing."""

import pytest

from service.domain.policy.language_coverage import NAMES, code_of
from service.domain.text.language import is_distinguished, language_of

#: Two sentences each, of which no word was looked up when the small words were listed.
SAID = {
    "af": ("Ek dink die raad is reg, maar daar is baie mense wat nie saamstem nie.", "Dit is hoekom ons nog nie weet wat hulle wil doen nie."),
    "az": ("Məncə bələdiyyə haqlıdır, amma bu çox da yaxşı deyil.", "Mən bunu başa düşmürəm, çünki heç kim bizə heç nə demədi."),
    "ca": ("Crec que l'ajuntament té raó, però no és tan senzill com sembla.", "Els veïns també han dit que això no és bo per a ningú."),
    "cs": ("Podle mě je to rozhodnutí špatné, protože se nikdo lidí neptal.", "Už jsem to říkal, ale nikdo mě tehdy neposlouchal."),
    "cy": ("Rwy'n meddwl bod y cyngor yn iawn, ond mae llawer o bobl yn anghytuno.", "Nid yw hyn yn syniad da i'r dref ac mae pawb yn gwybod hynny."),
    "da": ("Jeg synes, at kommunen har ret, men det bliver meget dyrt for os alle.", "Hvad skal vi gøre nu, hvis ingen vil betale?"),
    "de": ("Meiner Meinung nach sollte man die alte Brücke stehen lassen.", "Warum hat uns das niemand vorher gesagt?"),
    "eo": ("Mi pensas ke la urbo estas prava, sed ĝi ne estas tiel simpla.", "Kial neniu diris al ni ion pri tio antaŭe?"),
    "es": ("Nadie nos preguntó si queríamos un puente nuevo en el barrio.", "A mí me parece que todo esto ya estaba decidido hace un año."),
    "et": ("Ma arvan, et linn tegi õigesti, aga see ei ole nii lihtne.", "Miks keegi meile sellest varem midagi ei öelnud?"),
    "eu": ("Uste dut udalak arrazoia duela, baina hori ez da hain erraza.", "Zergatik ez digu inork ezer esan orain arte?"),
    "fi": ("Minusta päätös oli väärä, koska kukaan ei kysynyt meiltä mitään.", "Miksi tästä ei ole kerrottu aikaisemmin kenellekään?"),
    "fil": ("Sa palagay ko ay tama ang konseho, pero hindi ito madali para sa mga tao.", "Bakit walang nagsabi sa amin tungkol dito noon pa?"),
    "fr": ("Personne ne nous a demandé notre avis sur ce nouveau pont.", "Il aurait fallu y penser avant de dépenser tout cet argent."),
    "ga": ("Ceapaim go bhfuil an ceart ag an gcomhairle, ach níl sé chomh simplí sin.", "Cén fáth nach ndúirt duine ar bith é seo linn roimhe seo?"),
    "gl": ("Coido que o concello ten razón, pero unha ponte nova non é o que a xente quería.", "Ninguén nos dixo nada e agora xa non hai remedio para nós."),
    "ha": ("Ina ganin wannan ba daidai ba ne, amma mutane da yawa sun yarda da shi.", "Saboda me ba a gaya mana ba tun da farko?"),
    "hr": ("Mislim da je odluka dobra, ali nisu pitali ljude koji ovdje žive.", "Zašto nam to nitko nije rekao kad je još bilo vremena?"),
    "hu": ("Szerintem ez a döntés rossz, mert senki nem kérdezte meg az embereket.", "Miért nem mondta ezt el nekünk valaki már korábban?"),
    "id": ("Menurut saya keputusan ini salah karena tidak ada yang bertanya kepada warga.", "Kenapa baru sekarang mereka bilang begitu kepada kami?"),
    "is": ("Ég held að bærinn hafi rétt fyrir sér, en það er ekki svona einfalt.", "Hvers vegna sagði enginn okkur frá þessu áður?"),
    "it": ("Nessuno ci ha chiesto se volevamo un ponte nuovo nel quartiere.", "Perché non ne hanno parlato prima con la gente?"),
    "lt": ("Manau, kad savivaldybė yra teisi, bet tai nėra taip paprasta.", "Kodėl mums niekas apie tai anksčiau nieko nesakė?"),
    "lv": ("Es domāju, ka dome ir pareizi rīkojusies, bet tas nav tik vienkārši.", "Kāpēc mums neviens par to neko nav teicis?"),
    "ms": ("Saya rasa keputusan ini salah kerana tiada siapa yang bertanya kepada penduduk.", "Kenapa awak tak boleh beritahu kami daripada awal?"),
    "mt": ("Jiena naħseb li l-kunsill għandu raġun, imma din mhix xi ħaġa faċli għal kulħadd.", "Għaliex ħadd ma qal xejn lin-nies ta' hawn qabel?"),
    "nl": ("Volgens mij had niemand om een nieuwe brug gevraagd.", "Waarom heeft de gemeente ons daar niets over verteld?"),
    "no": ("Jeg synes kommunen har rett, men det blir mye dyrere enn de sier nå.", "Hva skal vi gjøre hvis ingen vil betale for det?"),
    "pl": ("Moim zdaniem nikt nas o zdanie w tej sprawie nie pytał.", "Dlaczego dopiero teraz się o tym dowiadujemy?"),
    "pt": ("Ninguém nos perguntou se queríamos uma ponte nova no bairro.", "Eu acho que isso já estava decidido há muito tempo."),
    "ro": ("Nimeni nu ne-a întrebat dacă vrem un pod nou în cartier.", "De ce nu ne-au spus asta înainte să cheltuiască toți banii?"),
    "sk": ("Myslím si, že mesto má pravdu, ale nie je to také jednoduché.", "Prečo nám to nikto nepovedal skôr, keď bol ešte čas?"),
    "sl": ("Mislim, da ima občina prav, ampak to ni tako preprosto, ker ljudje niso bili vprašani.", "Zakaj nam tega ni nihče povedal že prej?"),
    "so": ("Waxaan qabaa in go'aanku khaldan yahay, laakiin dad badan ayaa ku raacsan.", "Maxaa loo sheegi waayay dadka markii hore?"),
    "sq": ("Unë mendoj se bashkia ka të drejtë, por kjo nuk është e lehtë për të gjithë.", "Pse nuk na tha asnjë njeri për këtë më parë?"),
    "sv": ("Jag tycker att kommunen har fel, eftersom ingen frågade oss som bor här.", "Varför har man inte sagt något om det här tidigare?"),
    "sw": ("Nadhani baraza ni sahihi lakini watu wengi hawakuulizwa kabla ya uamuzi huu.", "Kwa nini hakuna mtu aliyetuambia kuhusu hili?"),
    "tr": ("Bence bu karar yanlış, çünkü kimse bize bir şey sormadı.", "Neden bunu bize daha önce söylemediler?"),
    "uz": ("Menimcha bu qaror noto'g'ri, chunki hech kim bizdan so'ramadi.", "Nega bu haqda bizga oldin hech narsa deyilmadi?"),
    "vi": ("Tôi nghĩ rằng quyết định này là sai vì không ai hỏi ý kiến của người dân.", "Tại sao bây giờ họ mới nói với chúng tôi điều này?"),
    "yo": ("Mo rò pé ìpinnu náà kò dára fún wa, ṣùgbọ́n ọ̀pọ̀ ènìyàn ti gbà á.", "Kí ló dé tí wọn kò sọ fún wa nípa èyí?"),
    "zu": ("Ngicabanga ukuthi lokhu akulungile, kodwa abantu abaningi bayavuma.", "Kungani bengasitshelanga lapha ngale ndaba uma bebazi?"),
    "hi-Latn": ("Mujhe lagta hai ki yeh faisla galat hai, kisi ne hum logon se pucha hi nahi.", "Pehle kyun nahi bataya, ab bolne se kya hoga yaar."),
    "ur-Latn": ("Is mulk ki awam ko hukumat ne kabhi kuch nahi diya, Allah hi malik hai.", "Imran sahib ki hukumat mein aik bhi waqt pe kaam nahi hua."),
    "hi": ("किसी ने हमसे पूछा ही नहीं कि नया पुल चाहिए या नहीं।", "पहले बताया होता तो हम लोग कुछ करते।"),
    "mr": ("मला वाटते हा निर्णय चुकीचा आहे, कारण कोणी लोकांना विचारले नाही.", "हे आम्हाला आधी का सांगितले नाही?"),
    "ne": ("मलाई लाग्छ यो निर्णय गलत हो, किनभने कसैले हामीलाई सोधेन र अब ढिलो भयो।", "यो कुरा पहिले नै किन भनिएन, अब के गर्ने हो र?"),
    "bn": ("আমার মনে হয় এই সিদ্ধান্ত ভুল, কারণ কেউ আমাদের জিজ্ঞেস করেনি।", "আগে কেন কেউ আমাদের এই কথা বলেনি?"),
    "as": ("মোৰ মতে এই সিদ্ধান্ত ভুল, কাৰণ কোনেও আমাক সোধা নাই।", "আগতে কিয় কোনেও এই কথা কোৱা নাছিল ৰাইজক?"),
    "ta": ("இந்த முடிவு தவறு என்று நினைக்கிறேன், யாரும் எங்களைக் கேட்கவில்லை.", "முன்பே ஏன் சொல்லவில்லை?"),
    "te": ("ఈ నిర్ణయం తప్పు అని నా అభిప్రాయం, ఎవరూ మమ్మల్ని అడగలేదు.", "ముందే ఎందుకు చెప్పలేదు?"),
    "kn": ("ಈ ನಿರ್ಧಾರ ತಪ್ಪು ಎಂದು ನನಗೆ ಅನಿಸುತ್ತದೆ.", "ಮೊದಲೇ ಯಾಕೆ ಹೇಳಲಿಲ್ಲ?"),
    "ml": ("ഈ തീരുമാനം തെറ്റാണെന്ന് എനിക്ക് തോന്നുന്നു.", "നേരത്തെ എന്തുകൊണ്ട് പറഞ്ഞില്ല?"),
    "gu": ("મને લાગે છે કે આ નિર્ણય ખોટો છે.", "પહેલાં કેમ કોઈએ કહ્યું નહીં?"),
    "pa": ("ਮੈਨੂੰ ਲੱਗਦਾ ਹੈ ਕਿ ਇਹ ਫ਼ੈਸਲਾ ਗਲਤ ਹੈ।", "ਪਹਿਲਾਂ ਕਿਸੇ ਨੇ ਕਿਉਂ ਨਹੀਂ ਦੱਸਿਆ?"),
    "or": ("ମୋ ମତରେ ଏହି ନିଷ୍ପତ୍ତି ଭୁଲ।", "ଆଗରୁ କାହିଁକି କହିଲେ ନାହିଁ?"),
    "ur": ("میرے خیال میں یہ فیصلہ غلط ہے کیونکہ کسی نے ہم سے نہیں پوچھا۔", "پہلے کیوں نہیں بتایا گیا؟"),
    "fa": ("به نظر من این تصمیم درست نیست چون کسی از ما نپرسید.", "چرا قبلاً کسی چیزی به ما نگفت؟"),
    "ar": ("في رأيي هذا القرار خاطئ لأن أحدا لم يسأل الناس.", "لماذا لم يخبرنا أحد بذلك من قبل؟"),
    "he": ("לדעתי ההחלטה הזאת לא נכונה, כי אף אחד לא שאל אותנו.", "למה לא אמרו לנו את זה קודם?"),
    "ru": ("По-моему, это решение неправильное, потому что людей никто не спросил.", "Почему нам раньше об этом ничего не сказали?"),
    "uk": ("На мою думку, це рішення неправильне, бо людей ніхто не спитав.", "Чому нам раніше про це нічого не сказали?"),
    "be": ("На маю думку, гэта рашэнне няправільнае, бо людзей ніхто не спытаў.", "Чаму нам раней пра гэта нічога не сказалі?"),
    "bg": ("Според мен това решение не е правилно, защото никой не попита хората.", "Защо не са ни казали нищо за това преди?"),
    "sr": ("Мислим да је ова одлука погрешна, јер људе нико није питао.", "Зашто нам то нико није рекао раније, док је још било времена?"),
    "kk": ("Меніңше бұл шешім дұрыс емес, өйткені халықтан ешкім сұраған жоқ.", "Бұл туралы неге бізге ертерек айтпады?"),
    "ja": ("この決定は間違っていると思います。", "どうして先に教えてくれなかったのですか。"),
    "zh": ("我觉得这个决定不对，因为没有人问过我们。", "为什么不早点告诉大家呢？"),
    "ko": ("이 결정은 잘못되었다고 생각합니다.", "왜 미리 알려 주지 않았을까요?"),
    "th": ("ฉันคิดว่าการตัดสินใจนี้ผิด", "ทำไมไม่บอกเราก่อน"),
}  # fmt: skip


@pytest.mark.parametrize(("language", "sentence"), [(code, sentence) for code, both in SAID.items() for sentence in both])
def test_an_ordinary_sentence_is_told_or_left_open_but_never_called_another_language(language: str, sentence: str) -> None:
    assert language_of(sentence) in {language, ""}


@pytest.mark.parametrize("language", SAID)
def test_two_ordinary_sentences_are_told(language: str) -> None:
    assert language_of(" ".join(SAID[language])) == language
    assert language in NAMES


def test_more_than_fifty_languages_are_told() -> None:
    assert len(SAID) > 60
    assert all(is_distinguished(code) or not SAID[code][0][0].isascii() for code in SAID)


@pytest.mark.parametrize(
    "text",
    ["Danke!", "gracias amigo", "ciao", "Merci", "привет", "नमस्ते", "谢谢", "سلام", "ok super", "haan", "top", "no", "Madrid", "A & B", "नेपाल", "Иван Петров"],
)  # fmt: skip
def test_a_word_or_two_is_too_short_to_tell(text: str) -> None:
    assert language_of(text) == ""


@pytest.mark.parametrize("language", ["de", "fr", "pl", "tr", "pt", "hi-Latn"])
def test_an_english_quotation_or_a_name_does_not_change_the_language(language: str) -> None:
    first, second = SAID[language]
    assert language_of(f'{first} "Brexit means Brexit", Theresa May. {second}') == language


@pytest.mark.parametrize(
    ("tag", "code"),
    [("hi-Latn", "hi-Latn"), ("hi_latn", "hi-Latn"), ("hi-Latn-IN", "hi-Latn"), ("Hinglish", "hi-Latn"), ("hi-IN", "hi"), ("hi", "hi"),
     ("ur-Latn", "ur-Latn"), ("ur-PK", "ur"), ("zh-Hant-TW", "zh"), ("sr-Latn", "sr"), ("en-GB", "en"), ("x-klingon", ""), ("latn", "")],
)  # fmt: skip
def test_a_tag_keeps_its_script_where_that_makes_another_language(tag: str, code: str) -> None:
    assert code_of(tag) == code
