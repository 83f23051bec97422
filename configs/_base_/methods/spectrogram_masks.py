# For audio, each with probability 0.5. SpecAugment (arXiv 1904.08779): at most
# 27 of 80 frequencies, and p = 0.2 of the time.
spectrogram_masks = [
    dict(type='SpectrogramMask', axis='frequency', max_share=0.34, prob=0.5),
    dict(type='SpectrogramMask', axis='time', max_share=0.2, prob=0.5),
]
