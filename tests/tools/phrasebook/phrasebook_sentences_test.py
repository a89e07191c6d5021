"""Tests of single sentences, written by hand."""

import pytest

TRIPLES = """
i am a student | je suis étudiant | 저는 학생이에요
you are a doctor | tu es médecin | 당신은 의사예요
he is a cook | il est cuisinier | 그는 요리사예요
she is a cook | elle est cuisinière | 그녀는 요리사예요
we are students | nous sommes étudiants | 우리는 학생이에요
you all are singers | vous êtes chanteurs | 여러분은 가수예요
they are engineers | ils sont ingénieurs | 그들은 엔지니어예요
i am not a student | je ne suis pas étudiant | 저는 학생이 아니에요
she is not a nurse | elle n'est pas infirmière | 그녀는 간호사가 아니에요
are you a student? | es-tu étudiant ? | 당신은 학생이에요?
is he not a student? | n'est-il pas étudiant ? | 그는 학생이 아니에요?
am i a teacher? | est-ce que je suis professeur ? | 저는 교사예요?
are you all not students? | n'êtes-vous pas étudiants ? | 여러분은 학생이 아니에요?
the women are bakers | les femmes sont boulangères | 여자들은 제빵사예요
the child is a student | l'enfant est étudiant | 아이는 학생이에요
my mother is a teacher | ma mère est professeure | 제 어머니는 교사세요
my mother is not a teacher | ma mère n'est pas professeure | 제 어머니는 교사가 아니세요
my father is a civil servant | mon père est fonctionnaire | 제 아버지는 공무원이세요
am i late? | est-ce que je suis en retard ? | 저는 늦었어요?
she is late | elle est en retard | 그녀는 늦었어요
she is tired | elle est fatiguée | 그녀는 피곤해요
the women are happy | les femmes sont heureuses | 여자들은 행복해요
the men are happy | les hommes sont heureux | 남자들은 행복해요
my sisters are kind | mes sœurs sont gentilles | 제 여동생들은 친절해요
the child is not sick | l'enfant n'est pas malade | 아이는 아프지 않아요
my grandmother is sick | ma grand-mère est malade | 제 할머니는 편찮으세요
i am not at home | je ne suis pas à la maison | 저는 집에 없어요
my mother is not at home | ma mère n'est pas à la maison | 제 어머니는 집에 안 계세요
are they busy? | sont-ils occupés ? | 그들은 바빠요?
the house is small | la maison est petite | 집은 작아요
this tree is big | cet arbre est grand | 이 나무는 커요
the flowers are red | les fleurs sont rouges | 꽃은 빨간색이에요
my car is not expensive | ma voiture n'est pas chère | 제 자동차는 비싸지 않아요
is the water cold? | est-ce que l'eau est froide ? | 물은 차가워요?
i am going to the market | je vais au marché | 저는 시장에 가요
he is going to school | il va à l'école | 그는 학교에 가요
is she going to the bank? | va-t-elle à la banque ? | 그녀는 은행에 가요?
he is not going to the hotel | il ne va pas à l'hôtel | 그는 호텔에 가지 않아요
we are going to the united states | nous allons aux états-unis | 우리는 미국에 가요
you are going to france | tu vas en france | 당신은 프랑스에 가요
are you all going to paris? | allez-vous à paris ? | 여러분은 파리에 가요?
my parents are going to japan | mes parents vont au japon | 제 부모님은 일본에 가세요
i have a book | j'ai un livre | 저는 책이 있어요
i do not have a book | je n'ai pas de livre | 저는 책이 없어요
she does not have a friend | elle n'a pas d'ami | 그녀는 친구가 없어요
does he have a book? | a-t-il un livre ? | 그는 책이 있어요?
does he not have a book? | n'a-t-il pas de livre ? | 그는 책이 없어요?
i have two books | j'ai deux livres | 저는 책이 두 권 있어요
they have three cats | ils ont trois chats | 그들은 고양이가 세 마리 있어요
we have four pencils | nous avons quatre crayons | 우리는 연필이 네 자루 있어요
he has five horses | il a cinq chevaux | 그는 말이 다섯 마리 있어요
the man has two cars | l'homme a deux voitures | 남자는 자동차가 두 대 있어요
you all have six tickets | vous avez six billets | 여러분은 표가 여섯 장 있어요
my father has two sons | mon père a deux fils | 제 아버지는 아들이 두 명 있으세요
she has small houses | elle a de petites maisons | 그녀는 작은 집이 있어요
we do not have money | nous n'avons pas d'argent | 우리는 돈이 없어요
you have cold water | tu as de l'eau froide | 당신은 차가운 물이 있어요
he has an umbrella | il a un parapluie | 그는 우산이 있어요
he sells the car | il vend la voiture | 그는 자동차를 팔아요
he does not sell the car | il ne vend pas la voiture | 그는 자동차를 팔지 않아요
does he sell the car? | vend-il la voiture ? | 그는 자동차를 팔아요?
we eat apples | nous mangeons des pommes | 우리는 사과를 먹어요
i buy bread | j'achète du pain | 저는 빵을 사요
we buy bread | nous achetons du pain | 우리는 빵을 사요
does the man eat an egg? | est-ce que l'homme mange un œuf ? | 남자는 달걀을 먹어요?
she does not eat meat | elle ne mange pas de viande | 그녀는 고기를 먹지 않아요
my mother eats an orange | ma mère mange une orange | 제 어머니는 오렌지를 드세요
does she eat my orange? | mange-t-elle mon orange ? | 그녀는 제 오렌지를 먹어요?
i drink water | je bois de l'eau | 저는 물을 마셔요
they do not drink coffee | ils ne boivent pas de café | 그들은 커피를 마시지 않아요
i listen to music | j'écoute de la musique | 저는 음악을 들어요
you listen to the radio | tu écoutes la radio | 당신은 라디오를 들어요
he reads this book | il lit ce livre | 그는 이 책을 읽어요
she draws this tree | elle dessine cet arbre | 그녀는 이 나무를 그려요
i wait for the teacher | j'attends le professeur | 저는 선생님을 기다려요
he waits for my friends | il attend mes amis | 그는 제 친구들을 기다려요
we start the lesson | nous commençons la leçon | 우리는 수업을 시작해요
they finish the project | ils finissent le projet | 그들은 프로젝트를 끝내요
do you choose the black hat? | choisis-tu le chapeau noir ? | 당신은 검은 모자를 골라요?
she opens the red door | elle ouvre la porte rouge | 그녀는 빨간 문을 열어요
i clean the house | je nettoie la maison | 저는 집을 청소해요
you all clean the house | vous nettoyez la maison | 여러분은 집을 청소해요
he loses my key | il perd ma clé | 그는 제 열쇠를 잃어버려요
i like apples | j'aime les pommes | 저는 사과를 좋아해요
i do not like coffee | je n'aime pas le café | 저는 커피를 좋아하지 않아요
they love my sister | ils aiment ma sœur | 그들은 제 여동생을 사랑해요
she studies history | elle étudie l'histoire | 그녀는 역사를 공부해요
i speak french | je parle français | 저는 프랑스어를 해요
i do not speak french | je ne parle pas français | 저는 프랑스어를 못해요
we help your brother | nous aidons ton frère | 우리는 당신의 남동생을 도와요
you look for our house | tu cherches notre maison | 당신은 우리 집을 찾아요
she buys pretty flowers | elle achète de jolies fleurs | 그녀는 예쁜 꽃을 사요
i do not buy red flowers | je n'achète pas de fleurs rouges | 저는 빨간 꽃을 사지 않아요
he reads two newspapers | il lit deux journaux | 그는 신문을 두 부 읽어요
i use a light computer | j'utilise un ordinateur léger | 저는 가벼운 컴퓨터를 사용해요
"""

CASES = [tuple(line.split(" | ")) for line in TRIPLES.strip().splitlines()]


@pytest.fixture(scope="module")
def translations(sentences):
    return {item.english: item[1:3] for item in sentences}


@pytest.mark.parametrize(("english", "french", "korean"), CASES)
def test_translation_is_what_a_teacher_writes(english, french, korean, translations):
    assert translations[english] == (french, korean)
