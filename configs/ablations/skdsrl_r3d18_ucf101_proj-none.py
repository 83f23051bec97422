# Without a projector: z is r.
_base_ = '../skdsrl_r3d18_ucf101.py'

model = dict(siamese_head=dict(proj_layers=0))
