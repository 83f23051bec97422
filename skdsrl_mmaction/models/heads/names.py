# Attributes of a recognizer that hold its training heads, and the first part
# of their weights' names.
TRAINING_HEADS = ('distill_head', 'siamese_head', 'train_heads')
