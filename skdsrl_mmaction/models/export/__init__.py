from .encoder import encoder_options
from .publish import published, published_encoder

__all__ = ['encoder_options', 'published', 'published_encoder']
