using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Steering.Tests.Sdk.DependencyInjection;

/// <summary>Keeps what an application logs: category, level, text.</summary>
internal sealed class LogList : ILoggerProvider
{
    public ConcurrentQueue<(string Category, LogLevel Level, string Text)> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Category(LogList list, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            list.Lines.Enqueue((name, logLevel, $"{formatter(state, exception)} {exception?.Message}"));
    }
}
