# Eq. 5 with the paper's alpha, beta and tau.
distill_head = dict(type='SelfDistillHead', tau=10, loss_weight=0.1)
siamese_head = dict(
    type='SiameseHead', proj_channels=2048, pred_channels=512, loss_weight=1.0
)
