using System.Runtime.ExceptionServices;
using TorchSharp;

namespace Steering.Training.Kernels;

/// <summary>
/// Threads that share out the blocks of one training step. Each runs libtorch's products on itself alone: a block is then
/// multiplied, selected and decoded while it is in that core's cache, and nobody waits for another in between. What a
/// block computes does not depend on who takes it, so results do not depend on the number of threads.
/// </summary>
internal sealed class WorkerTeam : IDisposable
{
    private readonly Thread[] _threads;
    private readonly Barrier _start;
    private readonly Barrier _end;
    private Action<int, int>? _work;
    private ExceptionDispatchInfo? _failure;
    private int _blocks;
    private int _next;

    public WorkerTeam(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        _start = new Barrier(workers + 1);
        _end = new Barrier(workers + 1);
        _threads = [.. Enumerable.Range(0, workers).Select(worker => new Thread(() => Serve(worker)) { IsBackground = true, Name = $"steering training {worker}" })];
        var threads = torch.get_num_threads();
        foreach (var thread in _threads)
        {
            thread.Start();
        }

        Run(workers, static (_, _) => { });
        torch.set_num_threads(threads);
    }

    /// <summary>Number of threads.</summary>
    public int Count => _threads.Length;

    /// <summary>Calls <paramref name="work"/>(block, worker) once for every block and returns when all are done.</summary>
    public void Run(int blocks, Action<int, int> work)
    {
        _work = work;
        _blocks = blocks;
        _next = 0;
        _failure = null;
        _start.SignalAndWait();
        _end.SignalAndWait();
        _work = null;
        _failure?.Throw();
    }

    public void Dispose()
    {
        if (_work is null)
        {
            _start.SignalAndWait();
        }

        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _start.Dispose();
        _end.Dispose();
    }

    private void Serve(int worker)
    {
        // libtorch keeps the number of threads of a product per calling thread.
        torch.set_num_threads(1);
        while (true)
        {
            _start.SignalAndWait();
            if (_work is not { } work)
            {
                return;
            }

            try
            {
                for (var block = Interlocked.Increment(ref _next) - 1; block < _blocks; block = Interlocked.Increment(ref _next) - 1)
                {
                    work(block, worker);
                }
            }
#pragma warning disable CA1031 // Handed to the thread that called Run.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
            }

            _end.SignalAndWait();
        }
    }
}
