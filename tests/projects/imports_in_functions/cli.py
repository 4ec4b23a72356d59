import argparse


def saliency(label):
    from attack import pictures
    from attack.saliency import sensitivity
    from attack.victim import victim

    return sensitivity(victim(), pictures.one(), label)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--label", type=int, default=1)
    arguments = parser.parse_args()
    print(saliency(arguments.label))


if __name__ == "__main__":
    main()
