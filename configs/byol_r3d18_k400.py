# SKD-SRL with BYOL in place of Eq. 3.
_base_ = 'skdsrl_r3d18_k400.py'

model = dict(siamese_head=dict(_delete_=True, type='BYOLHead'))
