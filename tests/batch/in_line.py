"""An executor that does its tasks at once, in this process: for tests of what is written."""

from concurrent.futures import Executor, Future


class InLine(Executor):
    def __init__(self):
        self.tasks = 0

    def submit(self, fn, /, *args, **kwargs):
        self.tasks += 1
        future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future
