"""The adjectives of the phrasebook."""

from tools.phrasebook.words import Adjective, KoreanVerb


def _person(
    english: str, french: str, stem: str, polite: str, honorific: str, **options: bool
) -> Adjective:
    korean = KoreanVerb(stem, polite, honorific)
    forms = tuple(french.split())
    return Adjective(english, forms * (3 - len(forms)), korean, **options)


def _thing(
    english: str,
    french: str,
    stem: str,
    polite: str,
    attribute: str,
    nouns: str,
    before: bool = False,
) -> Adjective:
    forms = tuple(french.split())
    # A thing is never honoured.
    korean = KoreanVerb(stem, polite, polite)
    return Adjective(
        english, forms * (3 - len(forms)), korean, attribute, nouns, before
    )


def _color(
    english: str, french: str, attribute: str, color: str, nouns: str
) -> Adjective:
    forms = tuple(french.split())
    polite, negative = f"{color}이에요", f"{color}이 아니에요"
    korean = KoreanVerb("", polite, polite, "", negative, negative)
    return Adjective(english, forms * (3 - len(forms)), korean, attribute, nouns)


# Feelings that Korean states of the speaker alone (슬프다, 배고프다) are left out.
PERSONAL_ADJECTIVES = [
    _person("tired", "fatigué fatiguée", "피곤하", "피곤해요", "피곤하세요"),
    _person("happy", "heureux heureuse", "행복하", "행복해요", "행복하세요"),
    _person("busy", "occupé occupée", "바쁘", "바빠요", "바쁘세요"),
    _person("kind", "gentil gentille", "친절하", "친절해요", "친절하세요"),
    _person("rich", "riche", "부유하", "부유해요", "부유하세요"),
    _person("poor", "pauvre", "가난하", "가난해요", "가난하세요"),
    _person("tall", "grand grande", "키가 크", "키가 커요", "키가 크세요"),
    _person("short", "petit petite", "키가 작", "키가 작아요", "키가 작으세요"),
    _person("young", "jeune", "젊", "젊어요", "젊으세요", adults_only=True),
    _person("strong", "fort forte", "힘이 세", "힘이 세요", "힘이 세세요"),
    _person("polite", "poli polie", "공손하", "공손해요", "공손하세요"),
    _person("honest", "honnête", "정직하", "정직해요", "정직하세요"),
    _person(
        "hardworking",
        "travailleur travailleuse",
        "부지런하",
        "부지런해요",
        "부지런하세요",
    ),
    _person("smart", "intelligent intelligente", "똑똑하", "똑똑해요", "똑똑하세요"),
    _person("famous", "célèbre", "유명하", "유명해요", "유명하세요"),
    _person("serious", "sérieux sérieuse", "진지하", "진지해요", "진지하세요"),
    _person("brave", "courageux courageuse", "용감하", "용감해요", "용감하세요"),
    _person("shy", "timide", "수줍음이 많", "수줍음이 많아요", "수줍음이 많으세요"),
    _person(
        "curious",
        "curieux curieuse",
        "호기심이 많",
        "호기심이 많아요",
        "호기심이 많으세요",
    ),
    _person("careful", "prudent prudente", "신중하", "신중해요", "신중하세요"),
    _person("funny", "drôle", "재미있", "재미있어요", "재미있으세요"),
    Adjective(
        "sick",
        ("malade", "malade"),
        KoreanVerb("아프", "아파요", "편찮으세요", honorific_stem="편찮으시"),
    ),
    Adjective(
        "late",
        ("en retard",),
        KoreanVerb(
            "", "늦었어요", "늦으셨어요", "", "늦지 않았어요", "늦지 않으셨어요"
        ),
    ),
    Adjective(
        "at home",
        ("à la maison",),
        KoreanVerb(
            "", "집에 있어요", "집에 계세요", "", "집에 없어요", "집에 안 계세요"
        ),
    ),
]

THING_ADJECTIVES = [
    _color("red", "rouge", "빨간", "빨간색", "car bag bicycle coat flower door apple"),
    _color(
        "blue", "bleu bleue", "파란", "파란색", "car pen chair shirt cup bicycle door"
    ),
    _color(
        "green",
        "vert verte",
        "초록색",
        "초록색",
        "bag hat sweater plate apple umbrella",
    ),
    _color(
        "black", "noir noire", "검은", "검은색", "dog cat hat coat pen umbrella phone"
    ),
    _color(
        "white", "blanc blanche", "하얀", "하얀색", "rabbit cat horse shirt plate house"
    ),
    _color(
        "yellow", "jaune", "노란", "노란색", "pencil flower bird umbrella jacket box"
    ),
    _thing(
        "big",
        "grand grande",
        "크",
        "커요",
        "큰",
        "house tree garden dog table box window kitchen",
        before=True,
    ),
    _thing(
        "small",
        "petit petite",
        "작",
        "작아요",
        "작은",
        "house garden dog cat bird bag key bedroom office",
        before=True,
    ),
    _thing(
        "pretty",
        "joli jolie",
        "예쁘",
        "예뻐요",
        "예쁜",
        "flower cup hat photo jacket bedroom plate bird",
        before=True,
    ),
    _thing(
        "expensive",
        "cher chère",
        "비싸",
        "비싸요",
        "비싼",
        "car computer watch bicycle ticket phone gift meat",
    ),
    _thing(
        "heavy",
        "lourd lourde",
        "무겁",
        "무거워요",
        "무거운",
        "bag table box dictionary",
    ),
    _thing(
        "light",
        "léger légère",
        "가볍",
        "가벼워요",
        "가벼운",
        "bicycle computer chair coat",
    ),
    _thing(
        "dirty", "sale", "더럽", "더러워요", "더러운", "cup bowl plate shirt window"
    ),
    _thing(
        "clean", "propre", "깨끗하", "깨끗해요", "", "bowl house kitchen office bedroom"
    ),
    _thing(
        "interesting",
        "intéressant intéressante",
        "재미있",
        "재미있어요",
        "재미있는",
        "book novel letter magazine newspaper movie lesson",
    ),
    _thing(
        "long",
        "long longue",
        "길",
        "길어요",
        "긴",
        "letter novel poem movie song",
        before=True,
    ),
    _thing(
        "difficult",
        "difficile",
        "어렵",
        "어려워요",
        "어려운",
        "book poem lesson project song",
    ),
    _thing("easy", "facile", "쉽", "쉬워요", "쉬운", "book lesson project song"),
    _thing(
        "delicious",
        "délicieux délicieuse",
        "맛있",
        "맛있어요",
        "맛있는",
        "cake sandwich apple banana orange bread soup meat salad cheese",
    ),
    _thing(
        "fresh",
        "frais fraîche",
        "신선하",
        "신선해요",
        "신선한",
        "egg tomato carrot milk orange",
    ),
    _thing(
        "hot",
        "chaud chaude",
        "뜨겁",
        "뜨거워요",
        "뜨거운",
        "soup coffee tea water",
    ),
    _thing(
        "cold",
        "froid froide",
        "차갑",
        "차가워요",
        "차가운",
        "water milk juice coffee tea",
    ),
]
