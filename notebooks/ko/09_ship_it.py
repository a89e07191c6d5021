# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 9 · 내보내기
#
# **무엇을 보나요?** 학습한 모델이 남도 쓸 수 있는 것이 되기까지입니다. 저장하고, 새 프로세스에서
# 불러오고, 신뢰 구간과 함께 평가하고, 다른 시스템과 비교하고, TensorFlow만으로 돌아가는 SavedModel로
# 내보냅니다. 문자열을 넣으면 문자열이 나오고, 빔 서치도 그 안에 들어 있습니다.
#
# **먼저 알아 둘 것.** 노트북 1(모델 만들기와 학습)과 노트북 6(어텐션).
#
# **논문.** Koehn 2004, [Statistical Significance Tests for Machine Translation
# Evaluation](https://aclanthology.org/W04-3250/); Post 2018, [A Call for Clarity in Reporting BLEU
# Scores](https://arxiv.org/abs/1804.08771).

# %%
# In Colab: uncomment the next line, run it, and restart the session.
# # %pip install --quiet "seq2seq_keras[jupyter]"
import os
import pathlib
import subprocess
import sys
import tempfile

import seq2seq_keras as s2s  # first: it holds back TensorFlow's start-up notes
import keras
import pandas as pd
from IPython.display import display

keras.utils.set_random_seed(0)
FAST = bool(os.environ.get("SEQ2SEQ_KERAS_FAST"))
folder = pathlib.Path(tempfile.mkdtemp())

# %% [markdown]
# ## 번역기 둘
#
# 내장 말뭉치로 영어를 프랑스어로 옮기는 번역기입니다. 하나는 어텐션이 있고, 비교할 수 있도록 없는 것도
# 하나 만듭니다. 틀릴 거리가 남아 있도록 에폭은 조금만 돌립니다.

# %%
train, _, test = s2s.load_corpus("phrasebook/english-french")
train, test = (train[:200], test[:40]) if FAST else (train, test)
tokenizers = s2s.WordTokenizer.fit(train.source), s2s.WordTokenizer.fit(train.target)
model = s2s.build_model(
    *(tokenizer.vocabulary_size for tokenizer in tokenizers),
    units=16 if FAST else 128,
    embedding_dim=16 if FAST else 64,
    attention="luong",
)
s2s.compile_model(model, learning_rate=3e-3)
batches = s2s.make_dataset(train, *tokenizers)
translator = s2s.Translator(model, *tokenizers, max_length=12 if FAST else 40)
systems = {}
for name in ("halfway", "finished"):
    model.fit(batches, epochs=1 if FAST else 2, shuffle=False, verbose=0)
    systems[name] = translator.translate(test.source)
display(pd.DataFrame({"source": test.source, **systems}).head(5))

# %% [markdown]
# ## 저장하고 새 프로세스에서 불러오기
#
# 저장된 번역기는 폴더입니다. 가중치와 구조, 두 토크나이저, 탐색의 기본값, 버전, README가 들어 있습니다.
# 피클은 없으므로 남이 준 폴더를 불러와도 그 사람의 코드가 실행되지 않습니다.

# %%
saved = translator.save(folder / "english-french")
for path in sorted(saved.iterdir()):
    print(f"{path.stat().st_size:>9,} bytes  {path.name}")

# %% [markdown]
# Keras 인코더-디코더에 대한 가장 오래된 불만은 *잘 번역하던 모델이 불러오고 나면 엉망이 된다*는
# 것입니다. 그래서 이 노트북의 것이 아무것도 없는 곳, 곧 다른 프로세스에서 불러와 한 바이트까지
# 비교합니다.

# %%
command = [sys.executable, "-m", "seq2seq_keras", "translate", str(saved)]
fresh = subprocess.run(
    [*command, "--scores", "--alignments"],
    input="\n".join(test.source).encode("utf-8"),
    capture_output=True,
    check=True,
).stdout
lines = fresh.splitlines()
print(b"\n".join(lines[:4]).decode("utf-8"))
here = [text.encode("utf-8") for text in systems["finished"]]
print("equal to the byte:", [line.split(b"\t")[0] for line in lines] == here)

# %% [markdown]
# ## 점수는 숫자와 구간
#
# BLEU, chrF, TER는 sacreBLEU가 세고, 어떻게 세었는지 알려 주는 서명이 붙습니다. 오류율은 jiwer가 셉니다.
# 테스트 집합은 표본이므로 점수마다 문장을 부트스트랩으로 다시 뽑아 구한 95 % 구간이 있습니다. 패딩은
# 결코 세지 않습니다.

# %% [markdown]
# ## 그 차이는 진짜인가
#
# 두 구간이 겹친다고 해서 두 시스템이 똑같이 좋은 것은 아닙니다. 둘은 *같은* 문장을 번역했고, 어려운
# 문장은 둘 모두에게 어렵습니다. 짝을 지은 검정은 이 점을 이용합니다. p-값은 실력이 같은 두 시스템이
# 운만으로 이만큼 차이 날 확률입니다.

# %%
scores = s2s.score_translations(
    systems["finished"], test.target, translator.target_tokenizer
).as_dict()
names = ["bleu", "chrf", "ter", "wer", "symbol_error_rate", "exact_match"]
columns = {"score": "", "low": "_low", "high": "_high"}
display(
    pd.DataFrame(
        {
            column: [scores[name + end] for name in names]
            for column, end in columns.items()
        },
        index=names,
    ).round(4)
)
print(scores["bleu_signature"])

# %% [markdown]
# ## SavedModel: 문자열을 넣으면 문자열이 나온다
#
# 내보낸 모델에는 토큰화, 인코더, 디코더를 감싼 빔 서치, 되돌리기까지 모두 들어 있습니다. 빔의 너비,
# 벌점, n-best의 개수는 이때 정해지고, 문장의 수와 길이는 자유롭습니다.

# %%
search = {"beam_width": 4, "n_best": 3}
compared = {
    "finished": systems["finished"],
    "halfway": systems["halfway"],
    "finished, beam": translator.translate(test.source, **search),
}
table = s2s.compare_translations(compared, test.target)
columns = ["metric", "system", "score", "difference", "p_value"]
display(table[columns].round(4))

# %% [markdown]
# 그 프로세스는 `tensorflow`만 불러왔습니다. 파이썬에서도 같은 목록이 나옵니다.

# %%
serving = translator.export(folder / "serving", **search)
script = """
import sys
import tensorflow as tf

signatures = tf.saved_model.load(sys.argv[1]).signatures
print("loaded:", [name for name in ("tensorflow", "seq2seq_keras") if name in sys.modules])
for name in ("serving_default", "nbest"):
    print(name)
    print("  in ", signatures[name].structured_input_signature[1])
    for key, spec in sorted(signatures[name].structured_outputs.items()):
        print("  out", f"{key:<14} {spec.dtype.name:<8} {spec.shape}")

def words(row):
    return [token.decode("utf-8") for token in row.numpy() if token]

print(sys.argv[2])
result = signatures["nbest"](text=tf.constant([sys.argv[2]]))
for text, score in zip(words(result["translations"][0]), result["scores"][0]):
    print(f"{float(score):8.3f}  {text}")
source, written = words(result["source_tokens"][0]), words(result["tokens"][0])
for token, weights in zip(written, result["attention"][0].numpy()):
    print(f"  {token:<14} {weights.max():.2f} from {source[weights.argmax()]}")
"""
command = [sys.executable, "-c", script, str(serving), test.source[0]]
quiet = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
done = subprocess.run(command, capture_output=True, check=True, env=quiet)
print(done.stdout.decode("utf-8"))

# %% [markdown]
# ## 정렬
#
# 어텐션이 있으면 번역마다 디코더가 어디를 보았는지 알 수 있습니다. 그림으로 그릴 행렬로, 그리고 정렬
# 도구들이 읽는 Pharaoh 형식의 위치 쌍으로도 볼 수 있습니다.

# %%
result = translator.decode(test.source[0], **search)
for hypothesis in result.hypotheses:
    print(f"{hypothesis.score:8.3f}  {hypothesis.text}")

# %% [markdown]
# ## 명령줄에서도 똑같이
#
# 이 노트북에서 한 일은 터미널에서도 할 수 있습니다.

# %%
display(s2s.plot_attention(result, title="어텐션 가중치"))

# %% [markdown]
# ## 해 볼 것 세 가지
#
# 1. 어텐션이 없는 번역기도 저장하고 `seq2seq-keras compare`로 위의 표를 얻어 보세요. *힌트:* 폴더 두 개와
#    `--corpus phrasebook/english-french`를 받습니다.
# 2. 빔 하나와 빔 열로 각각 내보내 보세요. 크기와 시간이 어떻게 달라지나요? *힌트:*
#    `signatures["serving_default"](text=...)`를 `%timeit`으로 잽니다.
# 3. 저장된 폴더의 `model.keras`를 한 바이트 망가뜨리고 불러와 보세요. *힌트:* `config.json`에는 모든 파일의
#    SHA-256이 있습니다.
