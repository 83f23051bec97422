from .encoder import encoder_options
from .formats import SUFFIXES, check_format, open_graph, write_graph
from .publish import published, published_encoder
from .quantize import quantize
from .scorer import ClipScorer, check_exportable

__all__ = [
    'ClipScorer',
    'SUFFIXES',
    'check_exportable',
    'check_format',
    'encoder_options',
    'open_graph',
    'published',
    'published_encoder',
    'quantize',
    'write_graph',
]
