# SKD-SRL with VICReg in place of Eq. 3.
_base_ = 'skdsrl_r3d18_ucf101.py'

model = dict(siamese_head=dict(_delete_=True, type='VICRegHead'))
