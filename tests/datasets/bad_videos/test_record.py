import multiprocessing

from skdsrl_mmaction.datasets.bad_videos import BadVideo, BadVideoRecord


def video(name, reason='empty'):
    return BadVideo(f'videos/{name}.mp4', 'list.txt, line 3', reason)


def paths(record):
    with open(record.path) as file:
        return [line.split('\t')[0] for line in file]


def test_each_path_once_whoever_adds_it(tmp_path):
    one, other = BadVideoRecord(tmp_path), BadVideoRecord(tmp_path)
    for name in 'abba':
        one.add(video(name))
        other.add(video(name, 'missing'))
    one.add(video('c'))
    other.add(video('c'))
    assert paths(one) == ['videos/a.mp4', 'videos/b.mp4', 'videos/c.mp4']
    with open(one.path) as file:
        assert file.readline() == 'videos/a.mp4\tlist.txt, line 3\tempty\n'


def test_new_ones_are_returned_once(tmp_path):
    reader, writer = BadVideoRecord(tmp_path), BadVideoRecord(tmp_path)
    assert reader.read_new() == []
    reader.add(video('a'))
    writer.add(video('b'))
    assert reader.read_new() == [video('a'), video('b')]
    assert reader.read_new() == []
    writer.add(video('c'))
    reader.add(video('d'))
    assert reader.read_new() == [video('c'), video('d')]


def test_what_was_read_is_not_added_again(tmp_path):
    reader, writer = BadVideoRecord(tmp_path), BadVideoRecord(tmp_path)
    writer.add(video('a'))
    reader.read_new()
    reader.add(video('a'))
    assert paths(reader) == ['videos/a.mp4']


def test_starting_anew(tmp_path):
    record = BadVideoRecord(tmp_path)
    record.add(video('a'))
    record.start([video('b'), video('a')])
    assert paths(record) == ['videos/b.mp4', 'videos/a.mp4']
    assert record.read_new() == [video('b'), video('a')]
    record.start([])
    assert not list(tmp_path.iterdir())


def test_a_line_that_a_kill_cut(tmp_path):
    record = BadVideoRecord(tmp_path)
    record.add(video('a'))
    with open(record.path, 'a') as file:
        file.write('videos/b')
    BadVideoRecord(tmp_path).add(video('c'))
    assert record.read_new() == [video('a'), video('c')]


def _add_many(folder, start):
    record = BadVideoRecord(folder)
    for i in range(200):
        record.add(video((start + i) % 200))


def test_processes_at_the_same_time(tmp_path):
    context = multiprocessing.get_context('fork')
    processes = [
        context.Process(target=_add_many, args=(tmp_path, start))
        for start in (0, 50, 100, 150)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    found = paths(BadVideoRecord(tmp_path))
    assert len(found) == 200 == len(set(found))
