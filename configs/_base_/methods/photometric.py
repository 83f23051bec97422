# The photometric operators of section III-B, each with probability 0.5.
photometric = [
    dict(type='ClipContrast', factor_range=(0.5, 1.5), prob=0.5),
    dict(type='ClipBrightness', max_delta=64, prob=0.5),
    dict(type='ClipHue', shift_range=(0, 0.1), prob=0.5),
    dict(type='ClipGaussianBlur', sigma_range=(0.1, 2.0), prob=0.5),
    dict(type='ChannelSplit', prob=0.5),
]
