"""Static quantisation of ONNX graphs to int8, by onnxruntime."""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Iterable, Tuple

import numpy as np

from .formats import open_session

# Where nearly all of the time goes, and what an int8 one is called.
_HEAVY = {
    'Conv': 'QLinearConv',
    'MatMul': 'QLinearMatMul',
    'Gemm': 'QGemm',
}


def quantize(path: str, clips: Iterable[np.ndarray], out: str) -> None:
    """Quantise an ONNX graph of float32.

    Weights have a scale for each channel, activations one that covers all
    values of the calibration clips.

    Args:
        path (str): ONNX file of ``write_graph``.
        clips (Iterable[np.ndarray]): Calibration clips, (1, …) uint8 each.
        out (str): File to write.
    """
    from onnxruntime import quantization
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(quantization.CalibrationDataReader):
        def __init__(self):
            self.clips = iter(clips)

        def get_next(self):
            clip = next(self.clips, None)
            return None if clip is None else dict(frames=clip)

    with tempfile.TemporaryDirectory() as folder:
        prepared = str(Path(folder, 'prepared.onnx'))
        quant_pre_process(path, prepared, skip_symbolic_shape=True)
        quantization.quantize_static(
            prepared,
            out,
            Reader(),
            per_channel=True,
            # Processors without VNNI add up 8-bit products in 16 bits, which
            # weights of 7 bits do not overflow.
            reduce_range=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
        )


def count_int8(path: str) -> Tuple[Counter, Counter]:
    """Count the heavy operators that onnxruntime runs in int8 and in float.

    Args:
        path (str): A quantised ONNX file.

    Returns:
        tuple[Counter, Counter]: Number by type of operator, such as 'Conv':
        those in int8, and those in float.
    """
    import onnx

    with tempfile.TemporaryDirectory() as folder:
        optimized = str(Path(folder, 'optimized.onnx'))
        open_session(path, optimized_model_filepath=optimized)
        nodes = onnx.load(optimized, load_external_data=False).graph.node
        kinds = Counter(node.op_type.replace('Fused', '') for node in nodes)
    in_int8, in_float = Counter(), Counter()
    for kind, quantized in _HEAVY.items():
        if kinds[quantized]:
            in_int8[kind] = kinds[quantized]
        if kinds[kind]:
            in_float[kind] = kinds[kind]
    return in_int8, in_float
