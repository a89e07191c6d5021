# %% [markdown] lang="en"
# # 9 · Ship it
#
# **What it shows.** From a trained model to something others can use: saved, loaded in a
# fresh process, evaluated with confidence intervals, compared with another system,
# exported as a SavedModel that TensorFlow alone runs (strings in, strings out, the beam
# search inside), served to others by REST and gRPC, and exported as graphs of ONNX for
# where there is no TensorFlow.
#
# **What to know first.** Notebook 1 (building and training) and notebook 6 (attention).
#
# **Papers.** Koehn 2004, [Statistical Significance Tests for Machine Translation
# Evaluation](https://aclanthology.org/W04-3250/) (the intervals); Riezler & Maxwell 2005,
# [On Some Pitfalls in Automatic Evaluation and Significance Testing for
# MT](https://aclanthology.org/W05-0908/) (the paired test); Post 2018, [A Call for Clarity
# in Reporting BLEU Scores](https://arxiv.org/abs/1804.08771).

# %% [markdown] lang="ko"
# # 9 · 내보내기
#
# **무엇을 보나요?** 학습한 모델이 남도 쓸 수 있는 것이 되기까지입니다. 저장하고, 새 프로세스에서
# 불러오고, 신뢰 구간과 함께 평가하고, 다른 시스템과 비교하고, TensorFlow만으로 돌아가는 SavedModel로
# 내보내고(문자열을 넣으면 문자열이 나오고, 빔 탐색도 그 안에 들어 있습니다), REST와 gRPC로 서비스하고,
# TensorFlow가 없는 곳을 위해 ONNX 그래프로도 내보냅니다.
#
# **먼저 알아 둘 것.** 노트북 1(모델 만들기와 학습)과 노트북 6(어텐션).
#
# **논문.** Koehn 2004, [Statistical Significance Tests for
# Machine Translation
# Evaluation](https://aclanthology.org/W04-3250/)(구간); Riezler와
# Maxwell 2005, [On Some Pitfalls in Automatic Evaluation and
# Significance Testing for
# MT](https://aclanthology.org/W05-0908/)(짝지은 검정); Post 2018, [A
# Call for Clarity in Reporting BLEU
# Scores](https://arxiv.org/abs/1804.08771).

# %%
# In Colab: put the repository at /content/seq2seq_keras, uncomment the next line, run
# it, and restart the session.
# # %pip install --quiet "/content/seq2seq_keras[jupyter]"
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import seq2seq_keras as s2s  # first: it holds back TensorFlow's start-up notes
import grpc
import keras
import pandas as pd
import tensorflow as tf
from IPython.display import display
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

keras.utils.set_random_seed(0)
# Tiny sizes for the package's tests; the value after "else" is the tutorial's.
FAST = bool(os.environ.get("SEQ2SEQ_KERAS_FAST"))
folder = pathlib.Path(tempfile.mkdtemp())

# %% [markdown] lang="en"
# ## A translator
#
# English to French on the built-in phrasebook, with attention. We stop halfway through the
# training and keep the translations of the test part as they are then: a second system,
# to compare with.

# %% [markdown] lang="ko"
# ## 번역기
#
# 내장 회화집으로 영어를 프랑스어로 옮기는, 어텐션이 있는 번역기입니다. 학습을 절반에서 한 번 멈추고 그때의
# 테스트 번역을 남겨 둡니다. 나중에 비교할 두 번째 시스템입니다.

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

# %% [markdown] lang="en"
# ## Save
#
# A saved translator is a folder: the weights and the architecture, both tokenizers, the
# defaults of the search, the scores given, and a README. Nothing in it is pickled, so that
# loading a folder from somebody else cannot run their code.

# %% [markdown] lang="ko"
# ## 저장
#
# 저장된 번역기는 폴더입니다. 가중치와 구조, 두 토크나이저, 탐색의 기본값, 함께 넘긴 점수, README가
# 들어 있습니다. 피클은 없으므로 남이 준 폴더를 불러와도 그 사람의 코드가 실행되지 않습니다.

# %%
saved = translator.save(folder / "english-french")
for path in sorted(saved.iterdir()):
    print(f"{path.stat().st_size:>9,} bytes  {path.name}")

# %% [markdown] lang="en"
# ## Load in a fresh process
#
# An old complaint about encoder-decoders in Keras: *the model that translated well is
# garbage after loading*. So we load it where nothing of this notebook exists, in
# another process, and compare every byte. It is the command line, which does what you
# would do in Python: `s2s.Translator.load(folder).translate(texts)`. A line holds the
# translation and, because we ask for them, its score and its alignment: pairs of
# positions, `source-target`, in the Pharaoh format that alignment tools read. Positions
# count from 0; `<eos>` is left out, so that the largest weight among the real words
# counts, however small.

# %% [markdown] lang="ko"
# ## 새 프로세스에서 불러오기
#
# Keras 인코더-디코더에 대한 오래된 불만 하나는 *잘 번역하던 모델이 불러오고 나면 엉망이 된다*는
# 것입니다. 그래서 이 노트북의 것이 아무것도 없는 다른 프로세스에서 불러와 한 바이트까지 비교합니다. 여기서
# 쓰는 명령줄은 파이썬의 `s2s.Translator.load(folder).translate(texts)`와
# 같은 일을 합니다. 한 줄에는 번역과, 우리가 요청한 점수와 정렬이 있습니다. 정렬은 정렬 도구들이 읽는
# Pharaoh 형식의 위치 쌍 `원문-번역`입니다. 위치는 0부터 세고 `<eos>`는 빼므로, 아무리 작아도 실제 단어 가운데 가장 큰 가중치를 봅니다.

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

# %% [markdown] lang="en"
# In a terminal that is `seq2seq-keras translate FOLDER --scores --alignments`. The rest of
# this notebook has commands of its own, too: `evaluate`, `compare` and `export`.

# %% [markdown] lang="ko"
# 터미널에서는 `seq2seq-keras translate FOLDER --scores
# --alignments`입니다. 이 노트북의 나머지에도 저마다 명령이 있습니다. `evaluate`,
# `compare`, `export`입니다.

# %% [markdown] lang="en"
# ## A score is a number and an interval
#
# BLEU, chrF and TER are sacreBLEU's, with the signature that says how they were counted;
# the error rates are jiwer's. A test set is a sample, so each score has a 95 % interval
# from bootstrap resampling of the sentences. `evaluate_translator` translates and scores
# in one call; here the translations are there already.

# %% [markdown] lang="ko"
# ## 점수는 숫자와 구간
#
# BLEU, chrF, TER는 sacreBLEU가 세고, 어떻게 세었는지 알려 주는 서명이 붙습니다. 오류율은
# jiwer가 셉니다. 테스트 집합은 표본이므로 점수마다 문장을 부트스트랩으로 다시 뽑아 구한 95% 구간이
# 있습니다. `evaluate_translator`는 번역과 채점을 한 번에 하지만, 여기서는 번역이 이미
# 있습니다.

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

# %% [markdown] lang="en"
# ## Is the difference real?
#
# Did the second half of the training help, and does a beam? Two intervals that overlap
# do not mean that two systems are equally good: both have translated *the same*
# sentences, and hard ones are hard for both. A paired test uses that. The p-value says
# how often two systems that are equally good would differ at least as much by luck; a
# large one does not show that they are equal, only that this test set cannot tell them
# apart. Each system is compared with the first.

# %% [markdown] lang="ko"
# ## 그 차이는 진짜인가
#
# 학습의 나머지 절반은 도움이 되었을까요? 빔은 어떨까요? 두 구간이 겹친다고 해서 두 시스템이 똑같이 좋은 것은
# 아닙니다. 둘은 *같은* 문장을 번역했고, 어려운 문장은 둘 모두에게 어렵습니다. 짝지은 검정은 이 점을
# 이용합니다. p-값은 실력이 같은 두 시스템이 운만으로 이만큼 이상 차이 날 확률입니다. p-값이 크다고 둘이 같다는
# 뜻은 아니며, 이 테스트 집합으로는 구별할 수 없다는 뜻일 뿐입니다. 시스템은 모두 첫째 시스템과 비교합니다.

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

# %% [markdown] lang="en"
# Choose a threshold *before* you look, 0.05 for instance. Then read, for each of the
# two systems, which metrics have a p-value below it: there luck alone hardly explains
# the difference. Where it is above, this test set cannot tell. The smallest p-value of
# this test, which swaps translations at random 9,999 times, is 0.0002.
#
# The metrics all judge the same sentences, so five small p-values are not five proofs;
# and of many tests of equal systems, one in twenty falls below 0.05 by luck. Equal
# p-values arise where very few sentences differ, as may be with a beam: then there are
# few ways to swap, and they are the same for every metric.

# %% [markdown] lang="ko"
# 기준은 *보기 전에* 정합니다. 예를 들어 0.05라고 합시다. 그다음 두 시스템마다 어느 지표의 p-값이 그보다 작은지 읽습니다.
# 거기서는 차이를 운만으로 설명하기 어렵습니다. 기준보다 크면 이 테스트 집합으로는 구별할 수 없습니다. 번역을 9,999번
# 무작위로 맞바꾸는 이 검정에서 나올 수 있는 가장 작은 p-값은 0.0002입니다.
#
# 지표는 모두 같은 문장을 평가하므로, 작은 p-값이 다섯 개라고 증거가 다섯 개인 것은 아닙니다. 똑같은 시스템들을 여러 번
# 검정하면 스무 번에 한 번은 운으로 0.05보다 작아집니다. 서로 같은 p-값은 빔의 경우처럼 달라진 문장이 아주 적을 때
# 생깁니다. 맞바꾸는 방법이 몇 가지뿐이고, 그것이 모든 지표에 똑같기 때문입니다.

# %% [markdown] lang="en"
# ## SavedModel: strings in, strings out
#
# The export holds the whole way: tokenizing, the encoder, beam search around the decoder,
# detokenizing. Width of the beam, penalties and the length of the n-best list are fixed
# now; the number and the length of the sentences are not.

# %% [markdown] lang="ko"
# ## SavedModel: 문자열을 넣으면 문자열이 나온다
#
# 내보낸 모델에는 토큰화, 인코더, 디코더를 감싼 빔 탐색, 되돌리기까지 모두 들어 있습니다. 빔의 너비, 벌점,
# n-best의 개수는 이때 정해지고, 문장의 수와 길이는 자유롭습니다.

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

# %% [markdown] lang="en"
# That process imported `tensorflow` and nothing of this package. `nbest` gave the list of
# hypotheses, and of the best one where the decoder looked: after each token stands the
# largest attention weight and the source token that got it. The same list in Python:

# %% [markdown] lang="ko"
# 그 프로세스는 `tensorflow`만 불러왔고 이 패키지는 쓰지 않았습니다. `nbest`는 가설 목록과,
# 가장 좋은 가설에서 디코더가 본 곳을 돌려줍니다. 토큰 뒤에는 가장 큰 어텐션 가중치와 그것을 받은 원문 토큰이
# 있습니다. 파이썬에서도 같은 목록이 나옵니다.

# %%
result = translator.decode(test.source[0], **search)
for hypothesis in result.hypotheses:
    print(f"{hypothesis.score:8.3f}  {hypothesis.text}")

# %% [markdown] lang="en"
# ## A service
#
# `seq2seq-keras serve` puts the saved folder behind two ports, in a process of its own
# (extra `serving`). One speaks HTTP: TensorFlow Serving's REST at `/v1/models/...`, a
# friendlier `/translate`, and at `/` a page to type into. The other speaks TensorFlow
# Serving's gRPC. With port 0 the system chooses free ones; the first line says which.
# `/readyz` answers 200 as soon as the model is loaded and has translated once.

# %% [markdown] lang="ko"
# ## 서비스
#
# `seq2seq-keras serve`는 저장한 폴더를 별도의 프로세스에서 포트 두 개로 내놓습니다(추가 설치 `serving`). 하나는
# HTTP입니다. TensorFlow Serving의 REST가 `/v1/models/...`에, 더 쓰기 쉬운 `/translate`가 있고, `/`에는 직접
# 입력해 볼 수 있는 페이지가 있습니다. 다른 하나는 TensorFlow Serving의 gRPC입니다. 포트를 0으로 주면 빈 포트를
# 고르고 첫 줄에 알려 줍니다. `/readyz`는 모델을 불러와 한 번 번역해 보고 나면 200을 돌려줍니다.

# %%
command = [sys.executable, "-m", "seq2seq_keras", "serve", str(saved)]
with (folder / "server.log").open("wb") as log:
    server = subprocess.Popen(
        [*command, "--rest-port", "0", "--grpc-port", "0"],
        stdout=subprocess.PIPE,
        stderr=log,
        env=quiet,
    )
first_line = server.stdout.readline().decode()
http, grpc_port = re.search(r"(http://\S+) .*:(\d+)", first_line).groups()
# No proxy leads to this machine.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(path, question=None):
    """GETs, or POSTs a question as JSON; returns what is answered."""
    data = None if question is None else json.dumps(question).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(http + path, data, headers)
    with opener.open(request) as answer:
        return json.load(answer)


def is_ready():
    try:
        return bool(ask("/readyz"))
    except urllib.error.URLError:
        return False


while server.poll() is None and not is_ready():
    time.sleep(0.2)
for model in ask("/models")["models"]:
    print(model["name"], model["versions"], "attention:", model["has_attention"])

# %% [markdown] lang="en"
# Now the same sentence by all the ways there are. `/translate` takes any option of the
# search, for this request alone; TensorFlow Serving's protocols have the signatures of
# the SavedModel. The gRPC client needs nothing but `tensorflow-serving-api`. Whichever
# way a text comes in, it is translated as `translator.translate` does it with the same
# options, to the byte; the last two lines compare.

# %% [markdown] lang="ko"
# 이제 같은 문장을 모든 방법으로 보냅니다. `/translate`는 탐색 옵션을 요청마다 따로 받고, TensorFlow Serving의
# 프로토콜에는 SavedModel의 시그니처가 있습니다. gRPC 클라이언트에는 `tensorflow-serving-api`만 있으면 됩니다. 글이
# 어느 길로 들어오든 옵션이 같으면 `translator.translate`와 한 바이트까지 같게 번역됩니다. 마지막 두 줄에서 비교합니다.

# %%
text = test.source[0]
friendly = ask("/translate", {"texts": [text], "details": True, **search})
for hypothesis in friendly["translations"][0]["hypotheses"]:
    print(f"{hypothesis['score']:8.3f}  {hypothesis['text']}")

rest = ask("/v1/models/english-french:predict", {"inputs": {"text": [text]}})
by_rest = rest["outputs"]["translation"][0]

request = predict_pb2.PredictRequest()
request.model_spec.name = "english-french"
request.inputs["text"].CopyFrom(tf.make_tensor_proto([text]))
no_proxy = [("grpc.enable_http_proxy", 0)]
with grpc.insecure_channel(f"127.0.0.1:{grpc_port}", no_proxy) as channel:
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    answer = stub.Predict(request, timeout=60)
by_grpc = answer.outputs["translation"].string_val[0].decode("utf-8")

print(f"{by_rest = }\n{by_grpc = }")
print("equal:", {by_rest, by_grpc} == {translator.translate(text)})
best = friendly["translations"][0]["hypotheses"][0]["text"]
print("equal, with a beam:", best == translator.translate(text, **search))

# %% [markdown] lang="en"
# SIGTERM ends it: it takes nothing new, answers what has come in, and exits with 0. The
# page [From notebook to service](../docs/from_notebook_to_service.md) goes on from here,
# with a container and measurements.

# %% [markdown] lang="ko"
# SIGTERM을 받으면 새 요청은 받지 않고, 들어온 것에는 모두 답한 뒤 0으로 끝납니다. 컨테이너와 측정까지는 문서
# [From notebook to service](../../docs/from_notebook_to_service.md)가 이어서 설명합니다.

# %%
server.terminate()
print("exit status:", server.wait())
server.stdout.close()

# %% [markdown] lang="en"
# ## Alignments
#
# With attention, each translation tells where the decoder looked. The whole matrix makes a
# picture, a row for each token that was written. Attention is not an alignment by a
# linguist: this encoder's output at a token has read all tokens before it as well, so the
# decoder may find a word one place further on, at `<eos>` for example.

# %% [markdown] lang="ko"
# ## 정렬
#
# 어텐션이 있으면 번역마다 디코더가 어디를 보았는지 알 수 있습니다. 행렬 전체를 그리면 한 행이 써낸 토큰
# 하나입니다. 어텐션은 언어학자의 정렬과 다릅니다. 이 인코더의 출력은 그 앞의 토큰도 모두 읽은 것이므로,
# 디코더는 단어를 한 자리 뒤, 예컨대 `<eos>`에서 찾기도 합니다.

# %%
display(s2s.plot_attention(result, title="Attention weights"))

# %% [markdown] lang="en"
# ## Without TensorFlow
#
# TensorFlow takes two gigabytes and some seconds to start, which is much for a function in
# the cloud, an app or a page. `format="onnx"` writes the encoder, one step of the decoder
# and the whole search as graphs of ONNX, which run in onnxruntime: from Python, C#, Java,
# Swift, JavaScript. All of them share one file of weights. It needs the extra `onnx`; each
# graph is tried beside TensorFlow before the folder is written.
#
# `seq2seq_keras.runtime.Translator` reads it with NumPy and onnxruntime alone, and has the
# methods and options of the translator that was exported. A fresh process translates the
# test part, and tells whether TensorFlow or Keras was loaded on the way. (The distribution
# `runtime_distribution` of the repository is this package without either of them.)

# %% [markdown] lang="ko"
# ## TensorFlow 없이
#
# TensorFlow는 2기가바이트를 차지하고 시작하는 데 몇 초가 걸립니다. 클라우드 함수나 앱, 웹 페이지에는 부담스럽지요.
# `format="onnx"`는 인코더와 디코더 한 단계, 탐색 전체를 ONNX 그래프로 내보내고, 이 그래프는 onnxruntime에서
# 돌아갑니다. Python, C#, Java, Swift, JavaScript 어디서든 됩니다. 가중치 파일 하나를 모두가 함께 씁니다. 추가
# 설치 `onnx`가 필요하고, 폴더를 쓰기 전에 그래프마다 TensorFlow와 나란히 돌려 봅니다.
#
# `seq2seq_keras.runtime.Translator`는 NumPy와 onnxruntime만으로 이 폴더를 읽고, 내보낸 번역기와 같은 메서드와
# 옵션을 가집니다. 새 프로세스에서 테스트 집합을 번역하고, 그동안 TensorFlow나 Keras를 불러왔는지 확인합니다.
# (저장소의 `runtime_distribution`은 그 둘 없이 설치되는 이 패키지입니다.)

# %%
exported = translator.export(folder / "onnx", format="onnx", **search)
for path in sorted(exported.iterdir()):
    print(f"{path.stat().st_size:>9,} bytes  {path.name}")


def size(place):
    return sum(path.stat().st_size for path in place.rglob("*") if path.is_file())


folders = {"saved": saved, "SavedModel": serving, "ONNX": exported}
display(pd.DataFrame({"bytes": {name: size(place) for name, place in folders.items()}}))

script = """
import sys

from seq2seq_keras.runtime import Translator

translator = Translator.load(sys.argv[1])
texts = sys.stdin.buffer.read().decode("utf-8").split("\\n")
print("\\n".join(translator.translate(texts)))
heavy = [name for name in ("tensorflow", "keras") if name in sys.modules]
print("loaded of TensorFlow and Keras:", heavy, file=sys.stderr)
"""
done = subprocess.run(
    [sys.executable, "-c", script, str(exported)],
    input="\n".join(test.source).encode("utf-8"),
    capture_output=True,
    check=True,
    env=os.environ | {"PYTHONIOENCODING": "utf-8"},
)
print(done.stderr.decode("utf-8"), end="")
there = done.stdout.decode("utf-8").splitlines()
print("equal:", there == translator.translate(test.source, **search))

# %% [markdown] lang="en"
# Two more places to run it:
#
# - **A browser.** `seq2seq-keras export FOLDER TO --format onnx --page` writes a page beside
#   the graphs: the page of the server, with no server behind it. Any server of static files
#   can serve the folder, and the texts stay in the browser. It gets onnxruntime-web by npm.
# - **A phone.** `--format litert` is for LiteRT on Android and iOS.
#
# [Save, export and serve](../docs/exporting.md) says which to take for what.

# %% [markdown] lang="ko"
# 돌릴 수 있는 곳이 두 군데 더 있습니다.
#
# - **브라우저.** `seq2seq-keras export 폴더 새폴더 --format onnx --page`는 그래프 옆에 페이지를 함께 씁니다. 위의
#   서버와 같은 페이지이지만 뒤에 서버가 없습니다. 정적 파일 서버라면 무엇이든 이 폴더를 내놓을 수 있고, 글은
#   브라우저 밖으로 나가지 않습니다. onnxruntime-web은 npm에서 받습니다.
# - **휴대전화.** `--format litert`는 Android와 iOS의 LiteRT용입니다.
#
# 무엇을 언제 고를지는 [Save, export and serve](../../docs/exporting.md)에 있습니다.

# %% [markdown] lang="en"
# ## Three things to try
#
# 1. Train a translator without attention, save it, and let `seq2seq-keras compare` test the
#    two. *Hint:* it takes two folders and `--corpus phrasebook/english-french`.
# 2. Export with a beam of one and with a beam of ten: how do size and time change?
#    *Hint:* `small = translator.export(folder / "beam1", beam_width=1)`, likewise with
#    10; then `signatures = tf.saved_model.load(str(small)).signatures`, and `%timeit`
#    before `signatures["serving_default"](text=tf.constant(test.source[:50]))`.
# 3. Damage one byte of `model.keras` in the saved folder and load it.
#    *Hint:* `config.json` holds a SHA-256 of the model and of both tokenizers.

# %% [markdown] lang="ko"
# ## 해 볼 것 세 가지
#
# 1. 어텐션이 없는 번역기를 학습시켜 저장하고 `seq2seq-keras compare`로 둘을 검정해 보세요. *힌트:* 폴더 두 개와
#    `--corpus phrasebook/english-french`를 받습니다.
# 2. 빔 너비 1과 10으로 각각 내보내 보세요. 크기와 시간이 어떻게 달라지나요? *힌트:* `small =
#    translator.export(folder / "beam1", beam_width=1)`로 내보내고 10으로도 똑같이 합니다. 그다음 `signatures =
#    tf.saved_model.load(str(small)).signatures`를 만들고
#    `signatures["serving_default"](text=tf.constant(test.source[:50]))`를 `%timeit`으로 잽니다.
# 3. 저장된 폴더의 `model.keras`를 한 바이트 망가뜨리고 불러와 보세요. *힌트:* `config.json`에는 모델과 두 토크나이저의 SHA-256이 있습니다.
