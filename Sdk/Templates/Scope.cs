namespace Steering.Templates;

/// <summary>Names and their values, inside the scope around them. Most hold two or three names, for which a table would cost more than it saves.</summary>
internal sealed class Scope(Scope? outer)
{
    private const int Few = 8;

    private (string Name, object? Value)[] _few = [];
    private int _count;
    private Dictionary<string, object?>? _many;

    public Scope? Outer => outer;

    public bool TryGet(string name, out object? value)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope.TryOwn(name, out value))
            {
                return true;
            }
        }

        value = null;
        return false;
    }

    public void Set(string name, object? value)
    {
        if (_many is not null)
        {
            _many[name] = value;
            return;
        }

        var index = Find(name);
        if (index >= 0)
        {
            _few[index].Value = value;
        }
        else if (_count < Few)
        {
            if (_count == _few.Length)
            {
                Array.Resize(ref _few, _count == 0 ? 2 : Few);
            }

            _few[_count++] = (name, value);
        }
        else
        {
            _many = _few.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
            _many[name] = value;
            (_few, _count) = ([], 0);
        }
    }

    private bool TryOwn(string name, out object? value)
    {
        if (_many is not null)
        {
            return _many.TryGetValue(name, out value);
        }

        var index = Find(name);
        value = index < 0 ? null : _few[index].Value;
        return index >= 0;
    }

    private int Find(string name)
    {
        for (var index = 0; index < _count; index++)
        {
            if (_few[index].Name == name)
            {
                return index;
            }
        }

        return -1;
    }
}
