"""The nouns, professions and places of the phrasebook."""

from tools.phrasebook.words import Noun, Place, Profession

_THINGS = [
    Noun("book", "books", "livre", "livres", "m", "책", "권"),
    Noun("newspaper", "newspapers", "journal", "journaux", "m", "신문", "부"),
    Noun("letter", "letters", "lettre", "lettres", "f", "편지", "통"),
    Noun("magazine", "magazines", "magazine", "magazines", "m", "잡지", "권"),
    Noun("novel", "novels", "roman", "romans", "m", "소설", "권"),
    Noun("poem", "poems", "poème", "poèmes", "m", "시", "편"),
    Noun(
        "dictionary", "dictionaries", "dictionnaire", "dictionnaires", "m", "사전", "권"
    ),
    Noun("car", "cars", "voiture", "voitures", "f", "자동차", "대"),
    Noun("bicycle", "bicycles", "vélo", "vélos", "m", "자전거", "대"),
    Noun("computer", "computers", "ordinateur", "ordinateurs", "m", "컴퓨터", "대"),
    Noun("phone", "phones", "téléphone", "téléphones", "m", "전화기", "대"),
    Noun("pencil", "pencils", "crayon", "crayons", "m", "연필", "자루"),
    Noun("pen", "pens", "stylo", "stylos", "m", "펜", "자루"),
    Noun("bag", "bags", "sac", "sacs", "m", "가방", "개"),
    Noun("key", "keys", "clé", "clés", "f", "열쇠", "개"),
    Noun("chair", "chairs", "chaise", "chaises", "f", "의자", "개"),
    Noun("table", "tables", "table", "tables", "f", "탁자", "개"),
    Noun("hat", "hats", "chapeau", "chapeaux", "m", "모자", "개"),
    Noun("umbrella", "umbrellas", "parapluie", "parapluies", "m", "우산", "개"),
    Noun("watch", "watches", "montre", "montres", "f", "시계", "개"),
    Noun("cup", "cups", "tasse", "tasses", "f", "컵", "개"),
    Noun("bowl", "bowls", "bol", "bols", "m", "그릇", "개"),
    Noun("plate", "plates", "assiette", "assiettes", "f", "접시", "개"),
    Noun("knife", "knives", "couteau", "couteaux", "m", "칼", "자루"),
    Noun("box", "boxes", "boîte", "boîtes", "f", "상자", "개"),
    Noun("flower", "flowers", "fleur", "fleurs", "f", "꽃", "송이"),
    Noun("tree", "trees", "arbre", "arbres", "m", "나무", "그루"),
    Noun("gift", "gifts", "cadeau", "cadeaux", "m", "선물", "개"),
    Noun("photo", "photos", "photo", "photos", "f", "사진", "장"),
    Noun("ticket", "tickets", "billet", "billets", "m", "표", "장"),
    Noun("map", "maps", "carte", "cartes", "f", "지도", "장"),
    Noun("shirt", "shirts", "chemise", "chemises", "f", "셔츠", "벌"),
    Noun("coat", "coats", "manteau", "manteaux", "m", "코트", "벌"),
    Noun("sweater", "sweaters", "pull", "pulls", "m", "스웨터", "벌"),
    Noun("jacket", "jackets", "veste", "vestes", "f", "재킷", "벌"),
    Noun("house", "houses", "maison", "maisons", "f", "집", "채"),
    Noun("bedroom", "bedrooms", "chambre", "chambres", "f", "침실", "개"),
    Noun("kitchen", "kitchens", "cuisine", "cuisines", "f", "부엌"),
    Noun("office", "offices", "bureau", "bureaux", "m", "사무실"),
    Noun("garden", "gardens", "jardin", "jardins", "m", "정원"),
    Noun("door", "doors", "porte", "portes", "f", "문", "개"),
    Noun("window", "windows", "fenêtre", "fenêtres", "f", "창문", "개"),
    Noun("project", "projects", "projet", "projets", "m", "프로젝트"),
    Noun("lesson", "lessons", "leçon", "leçons", "f", "수업"),
    Noun("meal", "meals", "repas", "repas", "m", "식사"),
    Noun("movie", "movies", "film", "films", "m", "영화", "편", "public"),
    Noun("song", "songs", "chanson", "chansons", "f", "노래", "곡", "public"),
    Noun("game", "games", "match", "matchs", "m", "경기", "", "public"),
    Noun("bus", "buses", "bus", "bus", "m", "버스", "", "public"),
    Noun("train", "trains", "train", "trains", "m", "기차", "", "public"),
    Noun("taxi", "taxis", "taxi", "taxis", "m", "택시", "", "public"),
    Noun("radio", "", "radio", "", "f", "라디오", "", "unique"),
]

_ANIMALS = [
    Noun("dog", "dogs", "chien", "chiens", "m", "개", "마리"),
    Noun("cat", "cats", "chat", "chats", "m", "고양이", "마리"),
    Noun("bird", "birds", "oiseau", "oiseaux", "m", "새", "마리"),
    Noun("horse", "horses", "cheval", "chevaux", "m", "말", "마리"),
    Noun("rabbit", "rabbits", "lapin", "lapins", "m", "토끼", "마리"),
]

_FOOD = [
    Noun("apple", "apples", "pomme", "pommes", "f", "사과", "개"),
    Noun("orange", "oranges", "orange", "oranges", "f", "오렌지", "개"),
    Noun("banana", "bananas", "banane", "bananes", "f", "바나나", "개"),
    Noun("egg", "eggs", "œuf", "œufs", "m", "달걀", "개"),
    Noun("cake", "cakes", "gâteau", "gâteaux", "m", "케이크", "개"),
    Noun("sandwich", "sandwiches", "sandwich", "sandwichs", "m", "샌드위치", "개"),
    Noun("tomato", "tomatoes", "tomate", "tomates", "f", "토마토", "개"),
    Noun("carrot", "carrots", "carotte", "carottes", "f", "당근", "개"),
    Noun("bread", "", "pain", "", "m", "빵", "", "mass"),
    Noun("meat", "", "viande", "", "f", "고기", "", "mass"),
    Noun("cheese", "", "fromage", "", "m", "치즈", "", "mass"),
    Noun("soup", "", "soupe", "", "f", "수프", "", "mass"),
    Noun("salad", "", "salade", "", "f", "샐러드", "", "mass"),
    Noun("chocolate", "", "chocolat", "", "m", "초콜릿", "", "mass"),
    Noun("water", "", "eau", "", "f", "물", "", "mass"),
    Noun("milk", "", "lait", "", "m", "우유", "", "mass"),
    Noun("coffee", "", "café", "", "m", "커피", "", "mass"),
    Noun("tea", "", "thé", "", "m", "차", "", "mass"),
    Noun("juice", "", "jus", "", "m", "주스", "", "mass"),
]

_IDEAS = [
    Noun("music", "", "musique", "", "f", "음악", "", "mass"),
    Noun("money", "", "argent", "", "m", "돈", "", "mass"),
    Noun("work", "", "travail", "", "m", "일", "", "mass"),
    Noun("french", "", "français", "", "m", "프랑스어", "", "bare"),
    Noun("english", "", "anglais", "", "m", "영어", "", "bare"),
    Noun("korean", "", "coréen", "", "m", "한국어", "", "bare"),
    Noun("japanese", "", "japonais", "", "m", "일본어", "", "bare"),
    Noun("spanish", "", "espagnol", "", "m", "스페인어", "", "bare"),
    Noun("history", "", "histoire", "", "f", "역사", "", "bare"),
]

_PEOPLE = [
    Noun("man", "men", "homme", "hommes", "m", "남자", "명", "public", True),
    Noun("woman", "women", "femme", "femmes", "f", "여자", "명", "public", True),
    Noun("boy", "boys", "garçon", "garçons", "m", "남자아이", "명", "public", True),
    Noun("girl", "girls", "fille", "filles", "f", "여자아이", "명", "public", True),
    Noun("child", "children", "enfant", "enfants", "m", "아이", "명", "public", True),
    Noun("doctor", "doctors", "médecin", "médecins", "m", "의사", "명", "public", True),
    Noun(
        "singer", "singers", "chanteur", "chanteurs", "m", "가수", "명", "public", True
    ),
    Noun(
        "student", "students", "étudiant", "étudiants", "m", "학생", "명", "thing", True
    ),
    Noun(
        "neighbor", "neighbors", "voisin", "voisins", "m", "이웃", "명", "thing", True
    ),
    Noun("friend", "friends", "ami", "amis", "m", "친구", "명", "thing", True),
    Noun(
        "teacher",
        "teachers",
        "professeur",
        "professeurs",
        "m",
        "선생님",
        "분",
        "elder",
        True,
        True,
    ),
]

_FAMILY = [
    Noun("brother", "brothers", "frère", "frères", "m", "남동생", "명", "kin", True),
    Noun("sister", "sisters", "sœur", "sœurs", "f", "여동생", "명", "kin", True),
    Noun("son", "sons", "fils", "fils", "m", "아들", "명", "kin", True),
    Noun("daughter", "daughters", "fille", "filles", "f", "딸", "명", "kin", True),
    Noun("mother", "", "mère", "", "f", "어머니", "", "parent", True, True),
    Noun("father", "", "père", "", "m", "아버지", "", "parent", True, True),
    Noun("grandmother", "", "grand-mère", "", "f", "할머니", "", "parent", True, True),
    Noun(
        "grandfather", "", "grand-père", "", "m", "할아버지", "", "parent", True, True
    ),
]

NOUNS = {
    noun.english: noun
    for group in (_THINGS, _ANIMALS, _FOOD, _IDEAS, _PEOPLE, _FAMILY)
    for noun in group
}

PROFESSIONS = [
    Profession("student", "students", "étudiant", "étudiante", "학생", False),
    Profession("singer", "singers", "chanteur", "chanteuse", "가수", False),
    Profession("dancer", "dancers", "danseur", "danseuse", "무용수", False),
    Profession("musician", "musicians", "musicien", "musicienne", "음악가", False),
    # 선생님 honours whom it names, so nobody says it of himself.
    Profession("teacher", "teachers", "professeur", "professeure", "교사"),
    Profession("doctor", "doctors", "médecin", "médecin", "의사"),
    Profession("engineer", "engineers", "ingénieur", "ingénieure", "엔지니어"),
    Profession("nurse", "nurses", "infirmier", "infirmière", "간호사"),
    Profession("lawyer", "lawyers", "avocat", "avocate", "변호사"),
    Profession("baker", "bakers", "boulanger", "boulangère", "제빵사"),
    Profession("farmer", "farmers", "agriculteur", "agricultrice", "농부"),
    Profession("cook", "cooks", "cuisinier", "cuisinière", "요리사"),
    Profession("journalist", "journalists", "journaliste", "journaliste", "기자"),
    Profession("artist", "artists", "artiste", "artiste", "예술가"),
    Profession("dentist", "dentists", "dentiste", "dentiste", "치과 의사"),
    Profession("painter", "painters", "peintre", "peintre", "화가"),
    Profession("architect", "architects", "architecte", "architecte", "건축가"),
    Profession("hairdresser", "hairdressers", "coiffeur", "coiffeuse", "미용사"),
    Profession("translator", "translators", "traducteur", "traductrice", "번역가"),
    Profession("police officer", "police officers", "policier", "policière", "경찰관"),
    Profession(
        "civil servant", "civil servants", "fonctionnaire", "fonctionnaire", "공무원"
    ),
]

PLACES = [
    Place("the market", "marché", "le", "시장"),
    Place("the restaurant", "restaurant", "le", "식당"),
    Place("the park", "parc", "le", "공원"),
    Place("the museum", "musée", "le", "박물관"),
    Place("the supermarket", "supermarché", "le", "슈퍼마켓"),
    Place("the movie theater", "cinéma", "le", "영화관"),
    Place("the office", "bureau", "le", "사무실"),
    Place("the station", "gare", "la", "역"),
    Place("the bank", "banque", "la", "은행"),
    Place("the library", "bibliothèque", "la", "도서관"),
    Place("the pharmacy", "pharmacie", "la", "약국"),
    Place("the post office", "poste", "la", "우체국"),
    Place("the beach", "plage", "la", "해변"),
    Place("the bakery", "boulangerie", "la", "빵집"),
    Place("the swimming pool", "piscine", "la", "수영장"),
    Place("school", "école", "l'", "학교"),
    Place("the hospital", "hôpital", "l'", "병원"),
    Place("the hotel", "hôtel", "l'", "호텔"),
    Place("the airport", "aéroport", "l'", "공항"),
    Place("the university", "université", "l'", "대학교"),
    Place("church", "église", "l'", "교회"),
    Place("the united states", "états-unis", "les", "미국"),
    Place("japan", "japon", "le", "일본"),
    Place("canada", "canada", "le", "캐나다"),
    Place("france", "france", "en", "프랑스"),
    Place("china", "chine", "en", "중국"),
    Place("paris", "paris", "", "파리"),
    Place("seoul", "séoul", "", "서울"),
]
