from .keras2 import import_keras2 as import_keras2
