using System.Runtime.InteropServices;

namespace Steering.Cli.Terminal;

/// <summary>
/// Ctrl+C and termination. The first one cancels <see cref="Token"/>, or runs the innermost captured action; a second
/// one while cancelling ends the process at once.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Lock _lock = new();
    private readonly Stack<Action> _captures = new();

    /// <summary>Cancelled when the whole command is to stop.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Listens to the signals of this process.</summary>
    public static Interrupts Listen()
    {
        var interrupts = new Interrupts();
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM])
        {
            interrupts._registrations.Add(PosixSignalRegistration.Create(signal, context => context.Cancel = interrupts.Raise()));
        }

        return interrupts;
    }

    /// <summary>Gives interrupts to <paramref name="action"/> until the result is disposed.</summary>
    public IDisposable Capture(Action action)
    {
        lock (_lock)
        {
            _captures.Push(action);
        }

        return new Release(this);
    }

    /// <summary>Acts as one Ctrl+C does.</summary>
    /// <returns>Whether it was dealt with; otherwise the process is to end.</returns>
    public bool Raise()
    {
        Action? capture;
        lock (_lock)
        {
            _captures.TryPeek(out capture);
        }

        if (capture is not null)
        {
            capture();
            return true;
        }

        var first = !_source.IsCancellationRequested;
        _source.Cancel();
        return first;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _source.Dispose();
    }

    private sealed class Release(Interrupts owner) : IDisposable
    {
        public void Dispose()
        {
            lock (owner._lock)
            {
                owner._captures.Pop();
            }
        }
    }
}
