class Config:
    loss = "dice"
    smooth = 1.0
    steps = 3
    size = 8
