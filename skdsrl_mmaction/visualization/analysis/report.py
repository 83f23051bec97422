"""Files of an analysis: CSV, PNG and one HTML page."""

import csv
import io
from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence

from ...utils import write_text, write_whole
from ..page import Page
from ..plots import confusion_picture
from ..predictions import video_rows, worst_first
from .analysis import Analysis, view_agreement
from .numbers import (
    calibration,
    class_accuracies,
    clip_agreement,
    confused_pairs,
    cosine,
    mcnemar,
)
from .plots import (
    NAMED_CLASSES,
    class_colours,
    embedding_picture,
    reliability_picture,
)
from .representation import embed

Rows = List[Dict[str, Any]]
_OF_ALL = ('analysis.html', 'summary.csv', 'reliability.png')
_OF_EACH = (
    'videos.csv',
    'classes.csv',
    'confusion_matrix.csv',
    'confusion_matrix.png',
    'confused_pairs.csv',
    'calibration.csv',
    'representation.csv',
    'representation.png',
)
_NAMED = 5  # videos that the page names for a pair of classes
_SHOWN = 20  # rows of a table of the page; the CSV files have all
_MEANINGS = dict(
    videos='number of videos of the test set',
    top1='accuracy',
    ece='expected calibration error: distance of accuracy and confidence',
    clip_agreement='pairs of clips of a video with the same prediction',
    knn='accuracy of the 5 nearest other videos, by cosine of r',
    linear_probe='accuracy of logistic regression on r, cross-validated',
    view_agreement='videos of which two augmented views get the same class',
    view_cosine='cosine of r of two augmented views of a video',
)
_METHODS = dict(tsne='t-SNE', pca='PCA')


def files_of(models: Sequence[str]) -> List[str]:
    """Return the names of the files of a report.

    Args:
        models (Sequence[str]): Names of one or two models. Two have a folder
            each.
    """
    folders = [f'{name}/' for name in models] if len(models) > 1 else ['']
    against = ['against.csv'] if len(models) > 1 else []
    each = [f'{folder}{name}' for folder in folders for name in _OF_EACH]
    return [*_OF_ALL, *against, *each]


def write_report(
    analyses: Sequence[Analysis], paths: Mapping[str, Path], method: str
) -> None:
    """Write all files of one model, or of two side by side.

    Args:
        analyses (Sequence[Analysis]): One or two, of the same data set.
        paths (Mapping[str, Path]): Where each of :func:`files_of` is written.
        method (str): How r is placed in the plane, 'pca' or 'tsne'.
    """
    first = analyses[0]
    page = Page(f'Analysis of {" and ".join(x.name for x in analyses)}')
    summary = [each.summary() for each in analyses]
    _write_csv(paths['summary.csv'], summary)
    names = [row.pop('model') for row in summary]
    page.table(
        [
            {
                'measure': key,
                **{name: row[key] for name, row in zip(names, summary)},
                'meaning': _MEANINGS[key],
            }
            for key in summary[0]
        ],
        'r is the representation of a video, which the classifier sees',
    )
    if len(analyses) > 1:
        _compare(first, analyses[1], paths['against.csv'], page)
    picture = reliability_picture(
        {each.name: _bins(each) for each in analyses}
    )
    write_whole(str(paths['reliability.png']), picture)
    page.heading('Calibration')
    page.image(picture, 'accuracy over confidence; size is number of videos')
    for each in analyses:
        folder = f'{each.name}/' if len(analyses) > 1 else ''
        own = {name: paths[folder + name] for name in _OF_EACH}
        of = f' of {each.name}' if folder else ''
        _write_model(each, own, method, page, of)
    page.write(paths['analysis.html'])


def _video_rows(analysis: Analysis) -> Rows:
    """Rows of all videos, with the agreement of their clips and views."""
    said, views = analysis.outputs, analysis.views
    rows = video_rows(said, analysis.classes)
    for row, share in zip(rows, clip_agreement(said.clip_scores)):
        row.update(clip_agreement=float(share))
    if views is not None:
        equal, cosines = view_agreement(views), cosine(views.r1, views.r2)
        for row, same, value in zip(rows, equal, cosines):
            row.update(views_agree=int(same), view_cosine=float(value))
    return rows


def _write_model(
    analysis: Analysis,
    paths: Mapping[str, Path],
    method: str,
    page: Page,
    of: str,
) -> None:
    said, classes = analysis.outputs, analysis.classes
    counts = said.confusion
    videos = _video_rows(analysis)
    per_class = [
        dict(name=name, videos=int(row.sum()), accuracy=float(share))
        for name, row, share in zip(classes, counts, class_accuracies(counts))
    ]
    pairs = [
        dict(
            label=classes[label],
            prediction=classes[wrong],
            number=number,
            videos=[
                row['video']
                for row in videos
                if (row['label'], row['prediction'])
                == (classes[label], classes[wrong])
            ],
        )
        for label, wrong, number in confused_pairs(counts)
    ]
    places = embed(said.r, method)
    tables = {
        'videos.csv': videos,
        'classes.csv': per_class,
        'confusion_matrix.csv': [
            {'label': name, **dict(zip(classes, map(int, row)))}
            for name, row in zip(classes, counts)
        ],
        'confused_pairs.csv': [
            dict(pair, videos=' '.join(pair['videos'])) for pair in pairs
        ],
        'calibration.csv': _bins(analysis),
        'representation.csv': [
            dict(video=row['video'], label=row['label'], x=x, y=y)
            for row, (x, y) in zip(videos, places.tolist())
        ],
    }
    for name, rows in tables.items():
        _write_csv(paths[name], rows)
    pictures = {
        'confusion_matrix.png': confusion_picture(counts, classes),
        'representation.png': embedding_picture(places, said.labels, classes),
    }
    for name, content in pictures.items():
        write_whole(str(paths[name]), content)
    page.heading(f'Classes{of}')
    by_accuracy = sorted(
        # A class without videos has no accuracy.
        (row for row in per_class if row['videos']),
        key=lambda row: row['accuracy'],
    )
    _add_table(page, by_accuracy, 'lowest accuracy first')
    page.image(
        pictures['confusion_matrix.png'], 'videos by label and prediction'
    )
    if pairs:
        page.heading(f'Mistakes{of}')
        named = [
            dict(pair, videos=', '.join(pair['videos'][:_NAMED]))
            for pair in pairs
        ]
        _add_table(
            page,
            named,
            f'most frequent first, with up to {_NAMED} of their videos',
        )
        _add_table(
            page, worst_first(videos), 'lowest score of the label first'
        )
    page.heading(f'Representation{of}')
    page.figure(
        _hover_figure(tables['representation.csv'], classes),
        f'r of each video, placed by {_METHODS[method]}',
    )


def _compare(
    first: Analysis, second: Analysis, path: Path, page: Page
) -> None:
    test = mcnemar(first.outputs.right, second.outputs.right)
    page.text(
        f'On {test["only_first"]} videos only {first.name} is right, on '
        f'{test["only_second"]} only {second.name}: p = {test["p"]:.3g} by '
        "McNemar's exact test."
    )
    rows = [
        dict(
            video=one['video'],
            label=one['label'],
            **{
                f'{key}_{place}': row[key]
                for place, row in (('first', one), ('second', other))
                for key in ('prediction', 'label_score')
            },
        )
        for one, other in zip(_video_rows(first), _video_rows(second))
    ]
    _write_csv(path, rows)
    changed = [
        row
        for row in rows
        if row['prediction_first'] != row['prediction_second']
    ]
    if changed:
        _add_table(page, changed, 'videos on which the two differ')


def _bins(analysis: Analysis) -> Rows:
    said = analysis.outputs
    return calibration(said.scores, said.labels)[1]


def _hover_figure(rows: Rows, classes: Sequence[str]) -> Dict[str, Any]:
    """Draw r by class, with the video of each point."""
    data = []
    for name, colour in zip(classes, class_colours(len(classes))):
        points = [row for row in rows if row['label'] == name]
        data.append(
            dict(
                type='scatter',
                x=[row['x'] for row in points],
                y=[row['y'] for row in points],
                text=[row['video'] for row in points],
                name=name,
                mode='markers',
                marker=dict(color=colour),
                hoverinfo='text+name',
            )
        )
    plain = dict(showticklabels=False, zeroline=False)
    layout = dict(
        height=500,
        xaxis=plain,
        yaxis=plain,
        # Below, apart from the buttons.
        legend=dict(yanchor='top', y=-0.02),
        showlegend=len(classes) <= NAMED_CLASSES,
    )
    return dict(data=data, layout=layout)


def _add_table(page: Page, rows: Rows, caption: str) -> None:
    """Add the first rows of a table."""
    if len(rows) > _SHOWN:
        caption += f'; {_SHOWN} of {len(rows)}'
    page.table(rows[:_SHOWN], caption)


def _write_csv(path: Path, rows: Rows) -> None:
    text = io.StringIO()
    names = list(rows[0]) if rows else []
    writer = csv.DictWriter(text, names, lineterminator='\n')
    writer.writeheader()
    writer.writerows(rows)
    write_text(str(path), text.getvalue())
