# For skeletons, each with probability 0.5; `dims` is set to that of the data.
# Radians as in CTR-GCN (arXiv 2107.12213); std chosen here.
joint_operators = [
    dict(type='JointRotation', max_angle=0.3, prob=0.5),
    dict(type='JointJitter', std=0.01, prob=0.5),
]
