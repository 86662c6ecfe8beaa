using System.Runtime.CompilerServices;
using Steering.Compilation;
using Steering.Policies;

namespace Steering;

/// <summary>
/// Compiled policies: by instance, and by value, so that a policy written inline in every request is compiled once. By value
/// only the latest are kept, so that an application that makes policies up as it goes does not fill memory. Thread-safe.
/// </summary>
/// <param name="capacity">Policies kept by value, at least 1.</param>
/// <param name="compile">Compiles one; what it throws is thrown on, and nothing is kept of it.</param>
internal sealed class PolicyCache(int capacity, Func<SteeringPolicy, CompiledPolicy> compile)
{
    private readonly ConditionalWeakTable<SteeringPolicy, CompiledPolicy> _byInstance = [];
    private readonly Dictionary<Key, LinkedListNode<(Key Key, CompiledPolicy Compiled)>> _byValue = [];
    private readonly LinkedList<(Key Key, CompiledPolicy Compiled)> _latestFirst = [];
    private readonly Lock _lock = new();

    /// <summary>The compiled form of a policy.</summary>
    public CompiledPolicy Get(SteeringPolicy policy) => _byInstance.GetValue(policy, ByValue);

    private CompiledPolicy ByValue(SteeringPolicy policy)
    {
        var key = new Key(policy, policy.Folder);
        lock (_lock)
        {
            if (_byValue.TryGetValue(key, out var known))
            {
                _latestFirst.Remove(known);
                _latestFirst.AddFirst(known);
                return known.Value.Compiled;
            }
        }

        // Outside the lock: compiling may read files. Two callers may then compile the same; the first one's is kept.
        var compiled = compile(policy);
        lock (_lock)
        {
            if (_byValue.TryGetValue(key, out var other))
            {
                return other.Value.Compiled;
            }

            _byValue[key] = _latestFirst.AddFirst((key, compiled));
            if (_latestFirst.Count > capacity)
            {
                _byValue.Remove(_latestFirst.Last!.Value.Key);
                _latestFirst.RemoveLast();
            }

            return compiled;
        }
    }

    /// <summary>A policy's equality leaves its folder out, but relative paths start there.</summary>
    private readonly record struct Key(SteeringPolicy Policy, string? Folder);
}
