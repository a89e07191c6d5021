"""The professions of the phrasebook."""

from seq2seq_keras.data.phrasebook.words import Profession

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
