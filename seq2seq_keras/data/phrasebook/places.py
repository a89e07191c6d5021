"""The places of the phrasebook."""

from seq2seq_keras.data.phrasebook.words import Place

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
